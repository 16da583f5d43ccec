# GitHub Enterprise Server with a certificate authority of the company's own.
# The token file has the names that gh reads for such a host:
# GH_ENTERPRISE_TOKEN and GH_HOST.
github {
  host    = "ghe.example.com"
  ca_file = "/usr/local/share/ca-certificates/company.crt"
}

app "takopi" {
  app_id          = 42
  installation_id = 4242
  private_key     = "~/keys/takopi.pem"
}

# Everything in other places than usual.
paths {
  config_dir = "~/.config/agents/github"
  bin_dir    = "~/bin"
}
