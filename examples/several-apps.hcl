# Three Apps on one host. One timer serves them all, and one that fails holds
# back no other. The first is the default: it owns github-token.env, and gh is
# logged in with its token. The others have files of their own names, such as
# github-token-deploy.env.
app "agents" {
  client_id       = "Iv23liAgents"
  installation_id = 1001
  private_key     = "~/keys/agents.pem"
}

app "deploy" {
  app_id          = 222
  installation_id = 1002
  private_key     = "~/keys/deploy.pem"
}

app "docs_bot" {
  app_id          = 333
  installation_id = 1003
  private_key     = "~/keys/docs.pem"
}

# Tick every two minutes, and renew with three quarters of an hour to spare.
refresh {
  interval     = "2m"
  renew_within = "45m"
}

takopi {
  max_token_age    = "20m"
  refresh_timeout  = "1m"
  run_refresh_with = ["nice", "-n", "5"]
}
