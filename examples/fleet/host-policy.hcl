# What a host may do in Vault: sign with one key, and read its public half.
path "transit/keys/takopi"          { capabilities = ["read"] }
path "transit/sign/takopi/sha2-256" { capabilities = ["update"] }
