package main

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

// What encrypts a credential is told from its beginning, however its lines are broken.
func TestSealedBy(t *testing.T) {
	seal := func(id string) string {
		head, err := hex.DecodeString(id)
		if err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(append(head, make([]byte, 80)...))
	}
	host := seal("5a1c6a86df9d4096b1d5a65e0862f19a")
	for _, test := range []struct{ name, blob, want, says string }{
		{"by the host", host, "host", "whoever takes the whole disk has it"},
		{"in lines", host[:11] + "\n" + host[11:40] + "\n" + host[40:] + "\n", "host", "a secret on this host's own disk"},
		{"by the TPM", seal("0c7cc07b117645919c4b0bea08bc20fe"), "tpm2", "whoever takes the disk alone does not have it"},
		{"by the TPM and its storage key", seal("d4062dfb71ad4c86804b40ef1180f1fc"), "tpm2", "this host's TPM"},
		{"by something else", seal("05846924daf6f543248005498aaf8ea2"), "unknown", "systemd-creds(1) tells"},
		{"cut off", host[:16], "unknown", "as systemd-creds chose"},
		{"empty", "", "unknown", "as systemd-creds chose"},
	} {
		got := sealedBy([]byte(test.blob))
		if says := sealedExposure("/k.cred", got); got != test.want || !strings.Contains(says, test.says) {
			t.Errorf("%s: got %s, %s", test.name, got, says)
		}
	}
}
