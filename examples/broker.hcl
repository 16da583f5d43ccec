# Root's: the broker keeps the App's key for two users of this system.

app "takopi" {
  app_id          = 123456
  installation_id = 987654
  private_key     = "~/keys/takopi.pem"
  permissions = {
    contents      = "write"
    pull_requests = "write"
  }
}

broker {
  # All that the app has.
  client "takopi" {}

  # Less than that.
  client "build" {
    repositories = ["site"]
    permissions  = { contents = "read" }
    per_minute   = 5
  }
}
