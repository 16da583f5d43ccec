package refresh

import (
	"cmp"
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/atomicfile"
	"github.com/ghauth-provision/ghauth-provision/internal/audit"
	"github.com/ghauth-provision/ghauth-provision/internal/githubhost"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// undoTimeout bounds each of Revoke and LogOutGH.
const undoTimeout = 15 * time.Second

// defaultStamp is the stamp of the default app, which alone logs gh in.
const defaultStamp = "github-token.gh"

// Revoke kills the token in a token file at GitHub, if it lives.
func (r *Refresher) Revoke(ctx context.Context, tokenFile string) error {
	token, err := readToken(tokenFile)
	if err != nil || !token.ExpiresAt.After(r.Now()) {
		return nil // nothing that could still be used
	}
	app, err := readApp(appFile(tokenFile))
	if err != nil {
		app = orphan(tokenFile)
	}
	ctx, cancel := context.WithTimeout(ctx, undoTimeout)
	defer cancel()
	client, err := r.client(app)
	if err != nil {
		return err
	}
	if err := client.Revoke(ctx, token.Value); err != nil {
		return err
	}
	r.audit(app, audit.Record{Event: audit.Revoke, TokenSHA256: token.Value.SHA256(), ExpiresAt: token.ExpiresAt, Key: token.Key})
	return nil
}

// orphan gives what can be known of an app by its token file alone: enough to
// revoke the token, where its GitHub has the usual address.
func orphan(tokenFile string) App {
	vars, _ := AppVars(tokenFile) // which has the same form
	host := cmp.Or(vars["GH_HOST"], "github.com")
	name := strings.TrimSuffix(filepath.Base(tokenFile), ".env")
	return App{Name: name, Host: host, APIURL: githubhost.APIURL(host), TokenFile: tokenFile, Timeout: undoTimeout}
}

// LogOutGH makes gh forget the login of the host that a stamp file names, as long
// as that is ours: a person may have logged in since.
func (r *Refresher) LogOutGH(ctx context.Context, stamp string) error {
	login := readStamp(stamp)
	user, holds := ghHolds(login.token, login.host, login.dir)
	if login.token == "" || !holds {
		return nil
	}
	gh, err := exec.LookPath("gh")
	if err != nil {
		return nil // and so are its uses
	}
	ctx, cancel := context.WithTimeout(ctx, undoTimeout)
	defer cancel()
	env := append(slices.Clone(r.Env), "GH_CONFIG_DIR="+login.dir)
	args := []string{"auth", "logout", "--hostname", login.host}
	if user != "" {
		args = append(args, "--user", user) // gh 2.40 and newer keep several accounts a host
	}
	said, err := runGH(ctx, gh, "", env, args...)
	if err != nil {
		return ghFailed("gh was not logged out", err, said, "run `gh auth logout --hostname "+login.host+"`")
	}
	return nil
}

// ClearGH removes a file that gh has made in its directory, unless gh is logged in
// to any host, or the file is its config.yml and somebody has changed that since.
func (r *Refresher) ClearGH(path string) error {
	dir, name := filepath.Dir(path), filepath.Base(path)
	data, _, err := readSmall(filepath.Join(dir, "hosts.yml"))
	if err != nil && !errors.Is(err, errAbsent) {
		return nil // not what gh leaves behind
	}
	// The logout from the last host leaves an empty YAML mapping.
	if text := strings.TrimSpace(string(data)); text != "" && text != "{}" {
		return nil
	}
	if name == "config.yml" && !readStamp(filepath.Join(r.Dir, defaultStamp)).asGHMade(dir) {
		return nil
	}
	return atomicfile.Remove(path)
}

// ghHolds reports whether gh has a token with the given SHA-256 for host in dir, and
// for which account, where gh says so.
func ghHolds(sum, host, dir string) (user string, holds bool) {
	hosts, err := readGH(filepath.Join(dir, "hosts.yml"))
	if err != nil {
		return "", !errors.Is(err, errAbsent) // what cannot be read may be anything
	}
	for account, token := range ghTokens(string(hosts), host) {
		if mint.Secret(token).SHA256() == sum {
			user, holds = cmp.Or(user, account), true
		}
	}
	return user, holds
}
