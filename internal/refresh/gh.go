package refresh

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/child"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// GHConfigDir is where gh keeps its logins with the environment env (`gh help
// environment`). An XDG_CONFIG_HOME that is not absolute counts as not set (XDG Base
// Directory Specification, "Environment variables"): gh would take it from wherever
// it was started, and a login there would be found from nowhere else.
func GHConfigDir(env []string) string {
	get := func(name string) (value string) {
		for _, v := range env {
			if rest, ok := strings.CutPrefix(v, name+"="); ok {
				value = rest
			}
		}
		return value
	}
	if dir := get("GH_CONFIG_DIR"); dir != "" {
		return dir
	}
	if dir := get("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "gh")
	}
	return filepath.Join(get("HOME"), ".config/gh")
}

// InstallGH is the remedy where a spec wants gh logged in, and there is none.
const InstallGH = "apt-get install gh, or set gh { enabled = false } in the spec"

// loginGH gives gh the token, unless it has it already. It takes at most a
// third of a run's time, since a hanging gh keeps the lock from other runs.
func loginGH(ctx context.Context, app App, token mint.Secret, env []string) error {
	if toldGH(app, token, env) {
		return nil
	}
	gh, err := exec.LookPath("gh")
	if err != nil {
		return &GHError{"gh is not installed, so it was not logged in", InstallGH}
	}
	ctx, cancel := context.WithTimeout(ctx, app.Timeout/3)
	defer cancel()
	if app.CAFile != "" {
		// Go's programs, gh among them, then take this file in place of the
		// system's bundle, and the system's directory besides (pkg.go.dev,
		// crypto/x509, SystemCertPool).
		env = append(slices.Clone(env), "SSL_CERT_FILE="+app.CAFile)
	}
	// gh 2.26 and newer would rather have the token in a keyring, which is
	// closed to timers and to whoever has no desktop session. Older ones keep
	// it in hosts.yml, as the flag asks for, and refuse the flag.
	env = append(slices.Clone(env), "GH_CONFIG_DIR="+app.ghDir(env))
	stamp := tellingGH(app, token, app.ghDir(env))
	if err := stamp.write(GHStamp(app.TokenFile)); err != nil {
		return err
	}
	args := []string{"auth", "login", "--hostname", app.Host, "--with-token"}
	said, err := runGH(ctx, gh, token.Reveal()+"\n", env, append(args, "--insecure-storage")...)
	if err != nil && strings.Contains(said, "unknown flag: --insecure-storage") {
		said, err = runGH(ctx, gh, token.Reveal()+"\n", env, args...)
	}
	if err != nil {
		return ghFailed("gh auth login failed", err, said, "run `gh auth status --hostname "+app.Host+"`")
	}
	return stamp.toldNow().write(GHStamp(app.TokenFile))
}

// runGH runs gh, which gets secrets on standard input alone: /proc shows
// everyone its arguments. It gives at most 900 bytes of what gh says.
func runGH(ctx context.Context, gh, stdin string, env []string, args ...string) (said string, err error) {
	cmd := exec.CommandContext(ctx, gh, args...)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.Env = ghEnv(env)
	out := &child.Tail{Max: 900}
	cmd.Stdout, cmd.Stderr = out, out
	child.KillGroup(cmd)
	switch err = child.RunTied(cmd); {
	case errors.Is(err, exec.ErrWaitDelay):
		err = nil // gh ended well and left a process behind that could still write
	case err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		err = errors.New("no answer in time")
	}
	return out.String(), err
}

func ghFailed(what string, err error, said, remedy string) *GHError {
	what += ": " + err.Error()
	if said != "" {
		what += ": " + said
	}
	return &GHError{what, remedy}
}

// ghEnv takes the variables out that would shadow the stored login, which gh
// refuses to write while they are set, and sees to it that gh neither asks nor
// talks, to us or to GitHub, about anything else (`gh help environment`).
func ghEnv(env []string) []string {
	env = slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		switch name {
		case "GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GH_HOST", "GH_DEBUG", "DEBUG":
			return true
		}
		return false
	})
	return append(env, "GH_PROMPT_DISABLED=1", "GH_NO_UPDATE_NOTIFIER=1", "GH_TELEMETRY=false", "NO_COLOR=1")
}
