package main_test

import (
	"bytes"
	"net/http"
	"reflect"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/testboot"
)

// wantMended wants what has gone astray in Vault or on a host to be as it was after the
// next run, and no secret id to open anything that another one has replaced.
func (f *fleet) wantMended() {
	f.Helper()
	const first, second, third = "build-1.example.com", "build-2.example.com", "build-3.example.com"
	aged, leaked := f.secretID(first), f.secretID(second)
	f.wantLogin(first, aged, true)
	f.wantLogin(second, leaked, true)
	f.wantOn(first, 0, "touch -d '8 days ago' .config/vault/secret-id")
	f.run(fleetForget)
	wide := fields{"token_policies": []string{"ghauth-host-" + third, "other"}, "token_ttl": 0, "token_max_ttl": 0, "token_num_uses": 0,
		"token_no_default_policy": false, "secret_id_ttl": 0, "bind_secret_id": false, "secret_id_bound_cidrs": "0.0.0.0/0", "token_period": "24h"}
	_, err := f.vault.Do(http.MethodPost, hostRole(third), wide)
	f.must(err)

	f.wantChanges(f.run(fleetCheck), "all")
	f.wantLogin(first, aged, true)
	f.wantChanges(f.run(fleetApply), "all")
	f.wantLogin(first, aged, false)
	f.wantLogin(second, leaked, false)
	for _, name := range f.names() {
		f.wantLogin(name, f.secretID(name), true)
	}
	got, want := f.role(third), f.role(first)
	for _, free := range []string{"token_policies", "secret_id_bound_cidrs"} {
		delete(want, free)
	}
	for key, value := range want {
		if !reflect.DeepEqual(got[key], value) {
			f.Errorf("the role of %s has %s = %v, want %v", third, key, got[key], value)
		}
	}
	if policies := got["token_policies"].([]any); len(policies) != 1 {
		f.Errorf("the role of %s gives %v", third, policies)
	}
	for key, value := range map[string]float64{"secret_id_ttl": 30 * 24 * 3600, "token_ttl": 300, "token_max_ttl": 300, "token_num_uses": 10} {
		if want[key] != value {
			f.Errorf("a role has %s = %v, want %v", key, want[key], value)
		}
	}

	// A host has one secret id, and no other is left that somebody made.
	answer, err := f.vault.Do(http.MethodPost, hostRole(second)+"/secret-id", nil)
	f.must(err)
	foreign := answer["data"].(fields)["secret_id"].(string)
	f.wantLogin(second, foreign, true)
	f.run(fleetApply)
	f.wantLogin(second, foreign, false)
	f.wantChanges(f.run(fleetApply), "none")
}

func hostRole(name string) string { return "auth/approle/role/ghauth-host-" + name }

func (f *fleet) role(name string) fields {
	f.Helper()
	answer, err := f.vault.Do(http.MethodGet, hostRole(name), nil)
	f.must(err)
	return answer["data"].(fields)
}

// secretID is the one that a host has, or "".
func (f *fleet) secretID(name string) string {
	f.Helper()
	var secret bytes.Buffer
	if _, err := f.machines[name].Run(f.Context(), testboot.Cmd{User: testboot.User, Stdout: &secret}, "cat", ".config/vault/secret-id"); err != nil {
		f.Error(err)
	}
	return strings.TrimSpace(secret.String())
}

// wantLogin wants a secret id to log a host in, or not to.
func (f *fleet) wantLogin(name, secret string, want bool) {
	f.Helper()
	_, err := f.vault.Do(http.MethodPost, "auth/approle/login", fields{"role_id": name, "secret_id": secret})
	if (err == nil) != want {
		f.Errorf("the login of %s is %v, want it to go well: %v", name, err, want)
	}
}
