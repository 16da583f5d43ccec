# What whoever runs these playbooks may do in Vault: let hosts in, and put them out.
path "sys/policies/acl/ghauth-*"  { capabilities = ["create", "read", "update", "delete"] }
path "auth/approle/role/ghauth-*" { capabilities = ["create", "read", "update", "delete"] }
