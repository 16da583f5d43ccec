# The key stays with a program, which any KMS or HSM has or a few lines of shell
# make. It gets the 32 bytes of a SHA-256 digest on standard input, and prints the
# raw signature (PKCS#1 v1.5). Here that is openssl with a key in a file, which
# keeps the key from nobody: put your own in its place. It runs as this user, so
# the agents can run it, too, and see all that it reads.
app "takopi" {
  app_id          = 123456
  installation_id = 987654

  key {
    command = ["openssl", "pkeyutl", "-sign", "-inkey", pathexpand("~/keys/takopi.pem"), "-pkeyopt", "digest:sha256"]

    # Signatures are checked by it before GitHub gets them, and status shows its
    # fingerprint: openssl pkey -in KEY -pubout -out takopi.pub
    public_key = "~/keys/takopi.pub"
  }
}
