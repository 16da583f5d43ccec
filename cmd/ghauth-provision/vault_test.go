package main_test

import (
	"crypto/rsa"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/testvault"
	"github.com/rogpeppe/go-internal/testscript"
)

const vaultProgram = "vault"

// haveVault puts Vault where the users of hosts can run it.
func haveVault(t *testing.T) {
	t.Helper()
	program := testvault.Build(t)
	copyVault.Do(func() { copyProgram(t, program, filepath.Join(tools, vaultProgram)) })
}

// haveVaultCLI puts OpenBao's program, which takes the commands of Vault's, where it is
// found as vault.
func haveVaultCLI(t *testing.T) {
	t.Helper()
	program := testvault.FetchOpenBao(t)
	copyVaultCLI.Do(func() { copyProgram(t, program, filepath.Join(tools, "bin", vaultProgram)) })
}

func copyProgram(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o755)
	}
	if err != nil {
		t.Error(err)
	}
}

var copyVault, copyVaultCLI sync.Once

// vaultCommand rules a real Vault:
//
//	vault up CA NAME...          serve at 127.0.0.1:8200, with the key takopi, and write the authority to CA
//	vault bare CA NAME...        serve there with nothing set up, for the program vault, which has root's login
//	vault app ID INSTALLATION    register an app at GitHub by version 1 of the key
//	vault rekey ID VERSION...    GitHub knows these versions, and no other
//	vault secret-id FILE         write a new secret id of the AppRole
//	vault token FILE TTL [POLICY]   write a new token, which may sign or what the policy says
//	vault seal, unseal, rotate
//	vault remove, create         the key is gone, and there is another one
//	vault policy NAME RULES      a policy has the rules in this file
//	vault lend POLICY            VAULT_TOKEN is a new token with it, until: vault lend
//	vault exportable             the key can be read from now on
//	vault export FILE            and is: version 1
func vaultCommand(ts *testscript.TestScript, _ bool, args []string) {
	city := cityOf(ts)
	if args[0] == "up" || args[0] == "bare" {
		v, err := testvault.Run(filepath.Join(toolsDir(), vaultProgram), "127.0.0.1:8200", args[2:]...)
		ts.Check(err)
		ts.Defer(v.Stop)
		if args[0] == "up" {
			ts.Check(v.Setup("takopi"))
		} else {
			city.secrets = append(city.secrets, v.RootToken)
			ts.Check(os.WriteFile(filepath.Join(ts.Getenv("HOME"), ".vault-token"), []byte(v.RootToken), 0o600))
			ts.Setenv("VAULT_ADDR", v.Address)
			ts.Setenv("VAULT_CACERT", ts.MkAbs(args[1]))
		}
		ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(v.CA), 0o644))
		city.vault = v
		return
	}
	v := city.vault
	number := func(i int) int64 {
		n, err := strconv.ParseInt(args[i], 10, 64)
		ts.Check(err)
		return n
	}
	public := func(version int) *rsa.PublicKey {
		key, err := v.Public(version)
		ts.Check(err)
		return key
	}
	write := func(secret string, err error) {
		ts.Check(err)
		city.secrets = append(city.secrets, secret)
		file := ts.MkAbs(args[1])
		ts.Check(os.MkdirAll(filepath.Dir(file), 0o700))
		ts.Check(os.WriteFile(file, []byte(secret+"\n"), 0o600))
	}
	switch args[0] {
	case "app":
		city.know(number(1), number(2), "Iv23li"+args[1], public(1))
	case "rekey":
		var keys []*rsa.PublicKey
		for i := range args[2:] {
			keys = append(keys, public(int(number(2+i))))
		}
		city.server.SetKeys(number(1), keys...)
	case "secret-id":
		write(v.SecretID())
	case "token":
		write(v.Token(append(args[3:], "sign")[0], args[2]))
	case "remove":
		_, err := v.Do(http.MethodPost, "transit/keys/takopi/config", map[string]any{"deletion_allowed": true})
		ts.Check(err)
		_, err = v.Do(http.MethodDelete, "transit/keys/takopi", nil)
		ts.Check(err)
	case "create":
		_, err := v.Do(http.MethodPost, "transit/keys/takopi", map[string]any{"type": "rsa-2048"})
		ts.Check(err)
	case "policy":
		_, err := v.Do(http.MethodPost, "sys/policies/acl/"+args[1], map[string]any{"policy": ts.ReadFile(args[2])})
		ts.Check(err)
	case "lend":
		token := ""
		if len(args) > 1 {
			var err error
			token, err = v.Token(args[1], "1h")
			ts.Check(err)
			city.secrets = append(city.secrets, token)
		}
		ts.Setenv("VAULT_TOKEN", token)
	case "seal":
		ts.Check(v.Seal())
	case "unseal":
		ts.Check(v.Unseal())
	case "rotate":
		ts.Check(v.Rotate())
	case "exportable":
		_, err := v.Do(http.MethodPost, "transit/keys/takopi/config", map[string]any{"exportable": true})
		ts.Check(err)
	case "export":
		write(v.Export())
	default:
		ts.Fatalf("vault %s?", args[0])
	}
}
