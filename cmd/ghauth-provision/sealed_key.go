package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/ghauth-provision/ghauth-provision/internal/units"
)

// A sealedKey is a key of the broker's, as it lies on the disk.
type sealedKey struct {
	App      string `json:"app"`
	Name     string `json:"credential"`
	File     string `json:"file"`
	SealedBy string `json:"sealed_by,omitempty"` // tpm2, host or unknown
	Exposure string `json:"exposure,omitempty"`  // where the key is, and who could read it
	Error    string `json:"error,omitempty"`

	source string // where the spec has it come from, if there is one
}

// maxSealed bounds an encrypted credential, in bytes.
const maxSealed = 2 << 20

func (w *world) sealedKey(app, name string) sealedKey {
	k := sealedKey{App: app, Name: name, File: units.Credential(name)}
	blob, err := readFile(k.File, maxSealed)
	info, statErr := os.Stat(k.File)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		k.Error = k.File + " is not there: the broker does not start without it"
	case err != nil:
		k.Error = err.Error()
	case statErr == nil && info.Mode().Perm()&0o077 != 0:
		k.Error = fmt.Sprintf("%s has mode %s, and should have 0600", k.File, octal(info.Mode()))
	}
	if err == nil {
		k.SealedBy = sealedBy(blob)
		k.Exposure = sealedExposure(k.File, k.SealedBy)
	}
	return k
}

// sealIDs are what encrypted credentials begin with, by what encrypts them
// (github.com/systemd/systemd, src/shared/creds-util.h).
var sealIDs = map[string]string{
	"5a1c6a86df9d4096b1d5a65e0862f19a": "host",
	"0c7cc07b117645919c4b0bea08bc20fe": "tpm2",
	"d4062dfb71ad4c86804b40ef1180f1fc": "tpm2", // with its storage key pinned, as systemd 262 makes it
}

// sealedBy tells from an encrypted credential what it takes to decrypt it.
func sealedBy(blob []byte) string {
	raw, _ := base64.StdEncoding.AppendDecode(nil, bytes.Join(bytes.Fields(blob), nil))
	if len(raw) < 16 {
		return "unknown"
	}
	if by := sealIDs[hex.EncodeToString(raw[:16])]; by != "" {
		return by
	}
	return "unknown"
}

// sealedExposure says who can read a key of the broker's.
func sealedExposure(file, by string) string {
	where, thief := "as systemd-creds chose", "what whoever takes the disk has of it, systemd-creds(1) tells"
	switch by {
	case "host":
		where, thief = "by a secret on this host's own disk", "whoever takes the whole disk has it"
	case "tpm2":
		where, thief = "by this host's TPM", "whoever takes the disk alone does not have it"
	}
	return fmt.Sprintf("the key lies in %s, encrypted %s: root can decrypt it here, and the broker, a user of its own, has it while it runs; no other user can read it or sign with it, and %s", file, where, thief)
}
