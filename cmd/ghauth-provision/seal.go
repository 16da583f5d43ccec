package main

import (
	"bytes"
	"context"
	"os/exec"
	"strings"
	"time"
)

// sealTime bounds systemd-creds, which may have to wait for a slow TPM.
const sealTime = 30 * time.Second

// seal encrypts a credential for this host by systemd-creds(1), in its TPM where there
// is one. The content goes through a pipe: it is on no disk and on no command line.
func (w *world) seal(ctx context.Context, name string, content []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, sealTime)
	defer cancel()
	key, where := "host", "a secret on this host's own disk, since it has no TPM: who has all of the disk has the key"
	if exec.CommandContext(ctx, "systemd-creds", "has-tpm2", "--quiet").Run() == nil {
		key, where = "tpm2", "this host's TPM"
	}
	cmd := exec.CommandContext(ctx, "systemd-creds", "encrypt", "--name="+name, "--with-key="+key, "-", "-")
	cmd.Env = []string{"PATH=" + w.getenv("PATH"), "LANG=C.UTF-8"}
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(content), &out, &said
	if err := cmd.Run(); err != nil {
		return nil, &failure{exitFailed, "the key of app " + name + " cannot be encrypted: systemd-creds: " + err.Error() + ": " + strings.TrimSpace(said.String()),
			"it takes systemd 250 or newer; see systemd-creds(1)"}
	}
	w.say("%s: the key is encrypted by %s", name, where)
	return out.Bytes(), nil
}
