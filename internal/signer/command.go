package signer

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/child"
	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// commandTime bounds one run of a command.
const commandTime = 30 * time.Second

// maxOutput bounds what a command may print: a signature by the largest key that
// anybody uses has 2048 bytes.
const maxOutput = 2048

// The statuses of a command that tell its failures apart (sysexits.h).
const (
	exitTemporary = 75 // EX_TEMPFAIL
	exitDenied    = 77 // EX_NOPERM
)

func openCommand(ctx context.Context, s keysource.Source, env []string) (crypto.Signer, error) {
	var public *rsa.PublicKey
	if s.PublicKey != "" {
		var err error
		if public, err = readPublic(s.PublicKey); err != nil {
			return nil, err
		}
	}
	if _, err := exec.LookPath(s.Command[0]); err != nil {
		return nil, cause(mint.BadSetup, err, "install it, or correct command in the spec's key block, and run: ghauth-provision apply", "the key's command cannot be run")
	}
	return remote{public, s, false, func(digest []byte) ([]byte, error) { return run(ctx, s.Command, env, digest) }}, nil
}

// run gives the program digest on standard input, and takes the signature from its
// standard output.
func run(ctx context.Context, argv, env []string, digest []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdin, cmd.Env = bytes.NewReader(digest), commandEnv(env)
	out, said := &bounded{most: maxOutput}, &child.Tail{Max: 500}
	cmd.Stdout, cmd.Stderr = out, said
	child.KillGroup(cmd)
	err := cmd.Run()
	child.EndGroup(cmd)
	if errors.Is(err, exec.ErrWaitDelay) { // it ended well, and what it left behind had its output
		err = nil
	}
	if out.over { // which the program sees as a broken pipe
		err = errTooMuch
	}
	if err != nil {
		return nil, commandFailed(ctx, argv[0], err, said.String())
	}
	return out.kept, nil
}

func commandFailed(ctx context.Context, name string, err error, said string) error {
	kind, remedy := mint.BadSetup, "run it by hand: it has to sign the 32 bytes on its standard input, by PKCS#1 v1.5 with SHA-256"
	exit, exited := errors.AsType[*exec.ExitError](err)
	switch {
	case errors.Is(err, errTooMuch):
		remedy = "let it print the raw signature and no more"
	case ctx.Err() != nil:
		kind, err, remedy = mint.Temporary, errors.New("no end in time; it was stopped"), "see why it hangs; the timer tries again"
	case exited && exit.ExitCode() == exitTemporary:
		kind, remedy = mint.Temporary, "the timer tries again"
	case exited && exit.ExitCode() == exitDenied:
		kind, remedy = mint.Denied, "see to it that it may use the key"
	}
	if said != "" {
		err = fmt.Errorf("%w: %s", err, said)
	}
	return cause(kind, err, remedy, "the key's command %s failed", name)
}

// commandEnv is what a KMS's program may need, and no token of GitHub's or key.
func commandEnv(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		switch name {
		case "GITHUB_TOKEN", "GH_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_APP_PRIVATE_KEY":
			return true
		}
		return false
	})
}

var errTooMuch = errors.New("it printed more than a signature")

// bounded keeps what is written to it, and fails when that is more than most bytes.
type bounded struct {
	kept []byte
	most int
	over bool // there was more
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.over = len(b.kept)+len(p) > b.most; b.over {
		return 0, errTooMuch
	}
	b.kept = append(b.kept, p...)
	return len(p), nil
}
