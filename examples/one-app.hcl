# One GitHub App on github.com. Everything that is not here has a default:
# see the table in the README.
app "takopi" {
  app_id          = 123456
  installation_id = 987654
  private_key     = "~/keys/takopi.pem"
}
