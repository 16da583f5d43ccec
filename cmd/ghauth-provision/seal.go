package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// sealTime bounds systemd-creds, which may have to wait for a slow TPM.
const sealTime = 30 * time.Second

// seal encrypts a credential for this host by systemd-creds(1), in its TPM where there
// is one. The content goes through a pipe: it is on no disk and on no command line.
func (w *world) seal(ctx context.Context, name string, content []byte) ([]byte, error) {
	key, where := "host", "a secret on this host's own disk, since it has no TPM: who has all of the disk has the key"
	if _, err := w.systemdCreds(ctx, nil, "has-tpm2", "--quiet"); err == nil {
		key, where = "tpm2", "this host's TPM"
	}
	out, err := w.systemdCreds(ctx, content, "encrypt", "--name="+name, "--with-key="+key, "-", "-")
	if err != nil {
		return nil, &failure{exitFailed, "the credential " + name + " cannot be encrypted: " + err.Error(), "it takes systemd 250 or newer; see systemd-creds(1)"}
	}
	w.say("%s: the key is encrypted by %s", name, where)
	return out, nil
}

// unseal decrypts a credential of seal's, which root can.
func (w *world) unseal(ctx context.Context, name, path string) ([]byte, error) {
	out, err := w.systemdCreds(ctx, nil, "decrypt", "--name="+name, path, "-")
	if err != nil {
		err = &failure{exitBadSetup, "the credential " + name + " cannot be decrypted: " + err.Error(),
			"if it is of another host, or this one's TPM or /var/lib/systemd/credential.secret has changed, put the key back at private_key, remove " + path + ", and run " + program + " apply"}
	}
	return out, err
}

func (w *world) systemdCreds(ctx context.Context, stdin []byte, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, sealTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "systemd-creds", args...)
	cmd.Env = []string{"PATH=" + w.getenv("PATH"), "LANG=C.UTF-8"}
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &said
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("systemd-creds: %w: %s", err, strings.TrimSpace(said.String()))
	}
	return out.Bytes(), nil
}
