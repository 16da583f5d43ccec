# One spec for a fleet. It lies in git, as it holds no secret: the key is in Vault
# alone, and what is each host's own comes by --var.
variable "host" {}

app "takopi" {
  app_id          = 123456
  installation_id = 987654

  key {
    vault {
      address = "https://vault.example.com:8200"
      key     = "takopi"
      version = 1

      # A role for each host, which Vault lets sign and nothing else.
      approle {
        role_id        = var.host
        secret_id_file = "~/.config/vault/secret-id"
      }
    }
  }
}
