package main_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/testvault"
)

type fields = map[string]any

// TestFleetOperator has whoever runs the playbooks, with the policy that docs/fleet.md
// gives them, try for more than to let hosts in.
func TestFleetOperator(t *testing.T) {
	t.Run("Vault", func(t *testing.T) { testFleetOperator(t, testvault.Start(t)) })
	t.Run("OpenBao", func(t *testing.T) { testFleetOperator(t, testvault.StartOpenBao(t)) })
}

func testFleetOperator(t *testing.T, vault *testvault.Server) {
	f := newFleetVault(t, vault)
	operator := f.vault.As(f.operator)
	text, err := os.ReadFile(filepath.Join(f.dir, "host-policy.hcl"))
	f.must(err)
	const all = `path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }`
	_, err = f.vault.Do(http.MethodPut, "sys/policies/acl/other", fields{"policy": all})
	f.must(err)
	host := fields{"policy": string(text)}

	// A host may be called anything.
	for _, name := range []string{"build-1.example.com", "operator", "x"} {
		for _, step := range []struct {
			method, path string
			in           fields
		}{
			{http.MethodPut, "sys/policies/acl/ghauth-host-" + name, host},
			{http.MethodPost, "auth/approle/role/ghauth-host-" + name, fields{"role_id": name, "token_policies": "ghauth-host-" + name, "bind_secret_id": true}},
			{http.MethodPost, "auth/approle/role/ghauth-host-" + name + "/secret-id", nil},
		} {
			if _, err := operator.Do(step.method, step.path, step.in); err != nil {
				t.Errorf("the operator cannot let %s in: %v", name, err)
			}
		}
	}

	const role = "auth/approle/role/ghauth-host-x"
	for _, attack := range []struct {
		method, path string
		in           fields
	}{
		// Its own policy, by whatever name.
		{http.MethodPut, "sys/policies/acl/ghauth-operator", fields{"policy": all}},
		{http.MethodPut, "sys/policies/acl/ghauth-operator", host},
		{http.MethodDelete, "sys/policies/acl/ghauth-operator", nil},
		{http.MethodPut, "sys/policy/ghauth-operator", fields{"policy": all}},
		{http.MethodPut, "sys/policies/acl/ghauth-host-/../ghauth-operator", fields{"policy": all}},
		{http.MethodPut, "sys/policies/acl/ghauth-host-%2f..%2fghauth-operator", fields{"policy": all}},
		// A wider one for a host.
		{http.MethodPut, "sys/policies/acl/ghauth-host-x", fields{"policy": all}},
		{http.MethodPut, "sys/policies/acl/ghauth-host-x", fields{"policy": string(text) + all}},
		{http.MethodPut, "sys/policies/acl/ghauth-host-x", fields{"policy": strings.ReplaceAll(string(text), "takopi", "*")}},
		{http.MethodPut, "sys/policies/acl/ghauth-host-x", fields{"policy": string(text), "rules": all}},
		{http.MethodPut, "sys/policy/ghauth-host-x", fields{"policy": all}},
		// Another one for a role.
		{http.MethodPost, role, fields{"token_policies": "other"}},
		{http.MethodPost, role, fields{"token_policies": "ghauth-operator"}},
		{http.MethodPost, role, fields{"token_policies": []string{"ghauth-host-x", "other"}}},
		{http.MethodPost, role, fields{"token_policies": "ghauth-host-x,other"}},
		{http.MethodPost, role, fields{"token_policies": []string{"ghauth-host-x,other"}}},
		{http.MethodPost, role, fields{"token_policies": `["ghauth-host-x","other"]`}},
		{http.MethodPost, role, fields{"policies": "other"}},
		{http.MethodPost, role, fields{"Token_Policies": "other"}},
		{http.MethodPost, role, fields{"bind_secret_id": false, "secret_id_bound_cidrs": "0.0.0.0/0"}},
		{http.MethodPost, role + "/policies", fields{"token_policies": "other"}},
		{http.MethodPost, role + "/policies", fields{"token_policies": "ghauth-host-x,other"}},
		{http.MethodPost, role + "/policies", fields{"policies": "other"}},
		{http.MethodPost, role + "/../other", fields{"token_policies": "ghauth-host-x"}},
		{http.MethodPost, "auth/approle/role/other", fields{"token_policies": "ghauth-host-x"}},
		{http.MethodPost, role + "/custom-secret-id", fields{"secret_id": "known"}},
		{http.MethodPost, "auth/approle/role/minter/secret-id", nil},
		// The key, and a token of another kind.
		{http.MethodPost, "transit/keys/takopi/config", fields{"exportable": true}},
		{http.MethodGet, "transit/export/signing-key/takopi/1", nil},
		{http.MethodGet, "transit/backup/takopi", nil},
		{http.MethodPost, "transit/sign/takopi/sha2-256", fields{"input": "AAAA"}},
		{http.MethodPost, "auth/token/create", fields{"policies": []string{"other"}}},
		{http.MethodPost, "sys/auth/other", fields{"type": "approle"}},
	} {
		_, err := operator.Do(attack.method, attack.path, attack.in)
		// OpenBao looks for the last in a path before it asks whether it is allowed.
		if err == nil || !strings.Contains(err.Error(), "403 Forbidden") && !strings.Contains(err.Error(), "relative paths not supported") {
			t.Errorf("%s %s %v: %v, want 403", attack.method, attack.path, attack.in, err)
		}
	}
	if got, err := f.vault.Do(http.MethodGet, role+"/policies", nil); err != nil {
		t.Error(err)
	} else if got := got["data"].(fields)["token_policies"].([]any); len(got) != 1 || got[0] != "ghauth-host-x" {
		t.Errorf("the role gives %v", got)
	}
}
