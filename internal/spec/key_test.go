package spec

import (
	"reflect"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
)

// keyed is the smallest spec with a key block.
func keyed(block string) string {
	return strings.Replace(minimal, `private_key     = "~/keys/takopi.pem"`, "key {\n"+block+"\n}", 1)
}

const vaulted = `vault {
  address    = "https://vault.example.com:8200/"
  key        = "app"
  version    = 2
  token_file = "~/.vault-token"
}`

func TestKeyBlocks(t *testing.T) {
	for _, tt := range []struct {
		block string
		want  keysource.Source
	}{
		{`command = ["sign", "~/x", "a b"]`, keysource.Source{Command: []string{"sign", "~/x", "a b"}}},
		{"command = [\"~/bin/sign\"]\npublic_key = \"~/k.pub\"", keysource.Source{Command: []string{"/h/bin/sign"}, PublicKey: "/h/k.pub"}},
		{`command = ["./sign"]`, keysource.Source{Command: []string{"/d/sign"}}},
		{vaulted, keysource.Source{Vault: &keysource.Vault{Address: "https://vault.example.com:8200", Mount: "transit", Key: "app", Version: 2, TokenFile: "/h/.vault-token"}}},
		{`vault {
  address   = "http://127.0.0.1:8200/v"
  mount     = "team/transit"
  key       = "app"
  version   = 1
  namespace = "ns/team"
  ca_file   = "ca.pem"
  approle {
    role_id        = "role"
    secret_id_file = "~/secret"
    mount          = "team/approle"
  }
}`, keysource.Source{Vault: &keysource.Vault{Address: "http://127.0.0.1:8200/v", Mount: "team/transit", Key: "app", Version: 1, Namespace: "ns/team", CAFile: "/d/ca.pem",
			AppRole: &keysource.AppRole{RoleID: "role", SecretIDFile: "/h/secret", Mount: "team/approle"}}}},
	} {
		s, err := Parse("/d/x.hcl", []byte(keyed(tt.block)), Inputs{Home: "/h"})
		if err != nil {
			t.Errorf("%s: %v", tt.block, err)
			continue
		}
		if got := s.Apps[0]; !reflect.DeepEqual(got.Signer, tt.want) || got.PrivateKey != "" || !got.NextSigner.IsZero() {
			t.Errorf("%s: got %+v, want %+v", tt.block, got, tt.want)
		}
	}
}

// A next key may be of another kind than the first.
func TestNextKeyBlock(t *testing.T) {
	s, err := Parse("x.hcl", []byte(strings.Replace(minimal, "}", "next_key {\n"+vaulted+"\n}\n}", 1)), Inputs{Home: "/h"})
	if err != nil {
		t.Fatal(err)
	}
	if a := s.Apps[0]; a.PrivateKey != "/h/keys/takopi.pem" || !a.Signer.IsZero() || a.NextKey != "" || a.NextSigner.Vault == nil {
		t.Errorf("%+v", a)
	}
}

func TestSignerFaults(t *testing.T) {
	without := func(line string) string {
		_, rest, _ := strings.Cut(vaulted, line)
		_, rest, _ = strings.Cut(rest, "\n")
		before, _, _ := strings.Cut(vaulted, line)
		return keyed(before + rest)
	}
	with := func(old, new string) string { return keyed(strings.Replace(vaulted, old, new, 1)) }
	checkFaults(t, []fault{
		{"nothing", keyed(""), "x.hcl line 4", "Name the .pem file that GitHub gave you for the App, or what has its key"},
		{"two sources", keyed("file = \"k\"\ncommand = [\"sign\"]"), "x.hcl line 6", "file is set too, at line 5: keep one of them"},
		{"command and vault", keyed("command = [\"sign\"]\n" + vaulted), "x.hcl line 6", "Not both of command and vault"},
		{"no program", keyed("command = []"), "x.hcl line 5", "command must name a program"},
		{"another's program", keyed(`command = ["~bob/sign"]`), "x.hcl line 5", "another user's home"},
		{"a public key of a file", keyed("file = \"k\"\npublic_key = \"p\""), "x.hcl line 6", "public_key goes with command alone"},
		{"no address", without("address"), "x.hcl line 5", "Missing address"},
		{"no key", without("key  "), "x.hcl line 5", "Missing key"},
		{"no version", without("version"), "x.hcl line 5", "Pin the version of the key that GitHub knows"},
		{"no login", without("token_file"), "x.hcl line 5", "Name the file that holds a token of Vault's, or set approle"},
		{"two logins", with("token_file", "approle {\nrole_id = \"r\"\nsecret_id_file = \"s\"\n}\ntoken_file"), "x.hcl line 9", "keep one of them"},
		{"no role", with("token_file = \"~/.vault-token\"", "approle {\nsecret_id_file = \"s\"\n}"), "x.hcl line 9", "Missing role_id"},
		{"no secret", with("token_file = \"~/.vault-token\"", "approle {\nrole_id = \"r\"\n}"), "x.hcl line 9", "Missing secret_id_file"},
		{"the latest version", with("= 2", "= 0"), "x.hcl line 8", "from 1 to"},
		{"in the clear", with("https", "http"), "x.hcl line 6", "never sent in the clear"},
		{"no URL", with("https://vault.example.com:8200/", "vault:8200"), "x.hcl line 6", "must be a URL"},
		{"a user in it", with("https://", "https://u:canary@"), "x.hcl line 6", "must be a URL"},
		{"an odd key", with(`"app"`, `"a/b"`), "x.hcl line 7", "only letters, digits"},
		{"a way out", with(`"app"`, `".."`), "x.hcl line 7", "only letters, digits"},
		{"an odd mount", with("key  ", "mount = \"/transit/\"\nkey  "), "x.hcl line 7", "without a slash at either end"},
		{"a mount that leads out", with("key  ", "mount = \"a/../sys\"\nkey  "), "x.hcl line 7", "must be a path"},
		{"the same key twice", strings.Replace(keyed(vaulted), "\n}\n}\n}", "\n}\n}\nnext_key {\n"+vaulted+"\n}\n}", 1), "x.hcl line 12", "next_key is the same as key"},
	})
}
