# The key is in the transit engine of Vault or OpenBao, which signs with it and
# gives it to nobody. Where this host has had it in a file until now, apply imports
# it from there, by a token in VAULT_TOKEN that may: see docs/how-to/vault.md. Else import the
# .pem that GitHub gave you, and let no copy remain:
#
#   openssl pkcs8 -topk8 -nocrypt -outform DER -in takopi.pem | base64 -w0 >takopi.b64
#   vault transit import transit/keys/takopi @takopi.b64 type=rsa-2048
#   shred -u takopi.pem takopi.b64
#
# GitHub knows that key alone, so its version is pinned: a rotation in Vault makes
# a key that GitHub has never seen. To change keys, generate a new one at GitHub
# and name it in next_key.
app "takopi" {
  app_id          = 123456
  installation_id = 987654

  key {
    vault {
      address = "https://vault.example.com:8200"
      key     = "takopi"
      version = 1

      # The role needs a policy with no more than this:
      #   path "transit/keys/takopi"           { capabilities = ["read"] }
      #   path "transit/sign/takopi/sha2-256"  { capabilities = ["update"] }
      # Agents run as this user and can log in as the role, too. They can sign with
      # the key as long as Vault lets them, but not take it away: bind the secret id
      # to this host's address (secret_id_bound_cidrs), and an end is one command.
      approle {
        role_id        = "minter"
        secret_id_file = "~/.config/vault/secret-id"
      }

      # In the place of approle, what Vault's agent keeps fresh:
      # token_file = "~/.vault-token"
    }
  }
}
