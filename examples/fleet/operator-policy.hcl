# What whoever runs these playbooks may do in Vault: let hosts in to sign, and put them
# out. It holds what a host's policy says and which policies a role gives, so that
# nobody can give a host more by it, nor change it itself.

# Vault takes this text alone, to the byte: it is that of host-policy.hcl.
path "sys/policies/acl/ghauth-host-*" {
  capabilities       = ["create", "read", "update", "delete"]
  allowed_parameters = {
    policy = [<<EOT
# What a host may do in Vault: sign with one key, and read its public half.
path "transit/keys/takopi"          { capabilities = ["read"] }
path "transit/sign/takopi/sha2-256" { capabilities = ["update"] }
EOT
    ]
  }
}

# A role, its secret ids, and the accessors that those are destroyed by.
path "auth/approle/role/ghauth-host-*" {
  capabilities       = ["create", "read", "update", "delete", "list"]
  allowed_parameters = {
    role_id                 = []
    bind_secret_id          = [true]
    token_policies          = ["ghauth-host-*"]
    token_no_default_policy = [true]
    token_ttl               = []
    token_max_ttl           = []
    token_num_uses          = []
    token_period            = []
    secret_id_ttl           = []
    secret_id_num_uses      = []
    secret_id_bound_cidrs   = []
    secret_id_accessor      = []
  }
  # To the pattern above "ghauth-host-a,other" is one name, and to the role it is two.
  denied_parameters = {
    token_policies = ["*,*"]
  }
}
