package spec

import (
	"math"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
)

// keyBlock is a key in its long form: a file that is imported, or a signer that
// keeps the key itself.
func (p *parser) keyBlock(name, doc string, file *string, signer *keysource.Source) block {
	vault := &keysource.Vault{Mount: "transit"}
	return block{name: name, doc: doc, attrs: []attribute{
		{"file", "The .pem file that the key is imported from.", "required", p.path(file)},
		{"command", "A program, and its arguments, that signs with the key, for any KMS or HSM. It is given the 32 bytes of a SHA-256 digest on standard input, and prints the raw PKCS#1 v1.5 signature, as `openssl pkeyutl -sign -pkeyopt digest:sha256` does. No shell reads it. It is looked up in PATH when planning, runs for at most 30 seconds under the refresh service's limits, and may exit with 75 for what passes and 77 for what is denied.", "required", texts(&signer.Command)},
		{"public_key", "PEM file with the public half of the command's key: signatures are checked by it, and `status` shows its fingerprint.", "none", p.path(&signer.PublicKey)},
		{"broker", "The socket of the broker that root has set up, and that has the key of the app of this name: it gives tokens, and the key to nobody. It wants an installation_id.", "required", p.path(&signer.Broker)},
	}, blocks: []block{p.vaultBlock(vault)}, check: func(f found) {
		p.oneOf(f, "Name the .pem file that GitHub gave you for the App, or what has its key.", "file", "command", "vault", "broker")
		if f.has("vault") {
			signer.Vault = vault
		}
		if f.has("public_key") && !f.has("command") {
			p.fault(f.ranges["public_key"], "Invalid public_key", "public_key goes with command alone: a file and Vault tell it themselves.")
		}
		p.program(signer.Command, f)
	}}
}

// program works out where a command is, unless PATH is to tell.
func (p *parser) program(command []string, f found) {
	if command != nil && len(command) == 0 {
		p.fault(f.ranges["command"], "Invalid command", "command must name a program.")
	}
	if len(command) == 0 || !strings.ContainsAny(command[0], "/~") {
		return
	}
	path, err := p.expand(command[0])
	if err != nil {
		p.fault(f.ranges["command"], "Invalid command", "command %s.", err)
		return
	}
	command[0] = path
}

func (p *parser) vaultBlock(v *keysource.Vault) block {
	role := &keysource.AppRole{Mount: "approle"}
	return block{name: "vault", doc: "A key in the transit engine of Vault or OpenBao, imported there as type `rsa-2048`. One login of token_file and approle. It needs to `read` MOUNT/keys/KEY, and to `update` MOUNT/sign/KEY/sha2-256.", attrs: []attribute{
		{"address", "Where Vault is, such as `\"https://vault.example.com:8200\"`.", "required", text(&v.Address, keysource.CheckAddress)},
		{"mount", "The transit engine's path.", `"transit"`, text(&v.Mount, checkVaultPath)},
		{"key", "The key's name there.", "required", text(&v.Key, checkVaultName)},
		{"version", "The version that GitHub knows. It is pinned: a rotation makes a key that GitHub has never seen.", "required", integer(&v.Version, 1, math.MaxInt32)},
		{"namespace", "The namespace of Vault Enterprise or OpenBao.", "none", text(&v.Namespace, checkVaultPath)},
		{"ca_file", "PEM file with certificate authorities to trust besides the system's.", "none", p.path(&v.CAFile)},
		{"token_file", "The file that holds a token, such as the sink of Vault's agent, which keeps it fresh.", "required", p.path(&v.TokenFile)},
	}, blocks: []block{p.appRoleBlock(role)}, check: func(f found) {
		p.oneOf(f, "Say where Vault is.", "address")
		p.oneOf(f, "Name the key in Vault's transit engine.", "key")
		p.oneOf(f, "Pin the version of the key that GitHub knows: a rotation makes one that GitHub has never seen.", "version")
		p.oneOf(f, "Name the file that holds a token of Vault's, or set approle.", "token_file", "approle")
		if f.has("approle") {
			v.AppRole = role
		}
		v.Address = strings.TrimRight(v.Address, "/")
	}}
}

func (p *parser) appRoleBlock(r *keysource.AppRole) block {
	return block{name: "approle", doc: "A login with an AppRole, anew for each mint.", attrs: []attribute{
		{"role_id", "The role's id.", "required", text(&r.RoleID)},
		{"secret_id_file", "The file that holds the secret id, which others may not read.", "required", p.path(&r.SecretIDFile)},
		{"mount", "The AppRole method's path.", `"approle"`, text(&r.Mount, checkVaultPath)},
	}, check: func(f found) {
		p.oneOf(f, "Name the role.", "role_id")
		p.oneOf(f, "Name the file that holds the secret id.", "secret_id_file")
	}}
}
