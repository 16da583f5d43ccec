# A user's: the key is with the broker that root has set up.

app "takopi" {
  app_id          = 123456
  installation_id = 987654
  key {
    broker = "/run/ghauth-provision/broker.sock"
  }
}
