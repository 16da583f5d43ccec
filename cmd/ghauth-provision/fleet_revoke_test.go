package main_test

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/testvault"
)

// TestFleetRevokesNobody has the loss of a host answered that Vault does not know by
// that name.
func TestFleetRevokesNobody(t *testing.T) {
	f := newFleetVault(t, testvault.Start(t))
	const known = "sys/policies/acl/ghauth-host-build-2.example.com"
	_, err := f.vault.Do(http.MethodPut, known, fields{"policy": testvault.Policy("takopi")})
	f.must(err)
	for _, test := range []struct{ lost, want, not string }{
		{"build-2", "The inventory has no build-2. Give the whole name: build-2.example.com", "build-1"},
		{"biuld-2.example.com", "Give the whole name: build-1.example.com, build-2.example.com, build-3.example.com", "gets no new token"},
		{"", "Nothing is revoked", "gets no new token"},
		{"build-1.example.com", "build-1.example.com is in the inventory; it was put out before, or never let in", "gets no new token"},
	} {
		out, err := f.start("ansible-playbook -i inventory.yml revoke-host.yml -e lost=" + test.lost)
		out = strings.Join(strings.Fields(out), " ")
		if _, ok := err.(*exec.ExitError); !ok || !strings.Contains(out, test.want) || strings.Contains(out, test.not) {
			t.Errorf("lost=%s: %v, want %q and no %q in:\n%s", test.lost, err, test.want, test.not, out)
		}
	}
	if _, err := f.vault.Do(http.MethodGet, known, nil); err != nil {
		t.Errorf("another host is put out: %v", err)
	}

	// Who has left the inventory can be put out, and a half that failed be done again.
	_, err = f.vault.Do(http.MethodPut, "sys/policies/acl/ghauth-host-old", fields{"policy": testvault.Policy("takopi")})
	f.must(err)
	f.wantContains(f.run("ansible-playbook -i inventory.yml revoke-host.yml -e lost=old"), "old gets no new token")
	if _, err := f.vault.Do(http.MethodGet, "sys/policies/acl/ghauth-host-old", nil); err == nil {
		t.Error("the policy is still there")
	}
}
