package main

import (
	"context"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubhost"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/signer"
	"github.com/urfave/cli/v2"
)

// identity lists the flags that describe an App, each with the variable that it
// stands for, in app env files and in the environment.
var identity = []struct{ flag, variable, usage string }{
	{"app-id", "GITHUB_APP_ID", "the App's numeric `ID`"},
	{"client-id", "GITHUB_APP_CLIENT_ID", "the App's client `ID`"},
	{"installation-id", "GITHUB_APP_INSTALLATION_ID", "the installation's numeric `ID`"},
	{"installation", "GITHUB_APP_INSTALLATION", "the installation of `OWNER` or OWNER/REPO (default: the only one)"},
	{"private-key", "GITHUB_APP_PRIVATE_KEY_PATH", "read the key from `FILE`, or from standard input if that is -"},
	{"api-url", "GITHUB_API_URL", "the `URL` of the REST API (default: GitHub.com's)"},
	{"ca-file", "GITHUB_CA_FILE", "trust the certificate authorities in `FILE`, too"},
}

// replaces says which variable a flag's takes the place of, besides its own.
var replaces = map[string]string{
	"GITHUB_APP_ID": "GITHUB_APP_CLIENT_ID", "GITHUB_APP_CLIENT_ID": "GITHUB_APP_ID",
	"GITHUB_APP_INSTALLATION_ID": "GITHUB_APP_INSTALLATION", "GITHUB_APP_INSTALLATION": "GITHUB_APP_INSTALLATION_ID",
	"GITHUB_APP_PRIVATE_KEY_PATH": "GITHUB_APP_SIGNER",
}

func identityFlags() (flags []cli.Flag) {
	for _, f := range identity {
		flags = append(flags, &cli.StringFlag{Name: f.flag, Usage: f.usage})
	}
	return append(flags,
		&cli.StringSliceFlag{Name: "repository", Usage: "a token for the repository `NAME` only; may come several times"},
		&cli.StringSliceFlag{Name: "permission", Usage: "a token with this permission only: `NAME=LEVEL`; may come several times"})
}

// given gives what the flags say, as variables.
func given(c *cli.Context) (map[string]string, error) {
	vars := map[string]string{}
	for _, f := range identity {
		if v := c.String(f.flag); v != "" {
			vars[f.variable] = v
		}
	}
	if vars["GITHUB_APP_ID"] != "" && vars["GITHUB_APP_CLIENT_ID"] != "" {
		return nil, usage("--app-id and --client-id are two names for one App", "give one of them")
	}
	if vars["GITHUB_APP_INSTALLATION_ID"] != "" && vars["GITHUB_APP_INSTALLATION"] != "" {
		return nil, usage("--installation-id and --installation are two names for one installation", "give one of them")
	}
	names := c.StringSlice("repository")
	for _, name := range names {
		if _, bare, slash := strings.Cut(name, "/"); slash {
			return nil, usage("--repository "+name+" is not a repository's name alone", "name it without its owner: --repository "+bare)
		}
	}
	if len(names) > 0 {
		vars["GITHUB_APP_REPOSITORIES"] = toJSON(names)
	}
	levels, err := permissionsOf(c)
	if err != nil {
		return nil, err
	}
	if len(levels) > 0 {
		vars["GITHUB_APP_PERMISSIONS"] = toJSON(levels)
	}
	return vars, nil
}

// permissionsOf reads the flags --permission NAME=LEVEL.
func permissionsOf(c *cli.Context) (map[string]string, error) {
	levels := map[string]string{}
	for _, p := range c.StringSlice("permission") {
		name, level, ok := strings.Cut(p, "=")
		if !ok || name == "" || level == "" {
			return nil, usage("--permission "+p+" is not NAME=LEVEL", "for example: --permission contents=read")
		}
		if !slices.Contains([]string{"read", "write", "admin"}, level) {
			return nil, usage("--permission "+p+": no such level", "one of read, write, admin")
		}
		levels[name] = level
	}
	return levels, nil
}

func toJSON(v any) string {
	text, _ := json.Marshal(v) // strings alone cannot fail
	return string(text)
}

// fromEnv gives the variables of the environment that describe an App.
func (w *world) fromEnv() map[string]string {
	vars := map[string]string{}
	for _, name := range append(mapTo(identity, func(f struct{ flag, variable, usage string }) string { return f.variable }),
		"GITHUB_APP_SIGNER", "GITHUB_APP_REPOSITORIES", "GITHUB_APP_PERMISSIONS", "GITHUB_APP_NAME", "GITHUB_HOST") {
		if v := w.getenv(name); v != "" {
			vars[name] = v
		}
	}
	return vars
}

// describedApp gives the App that base describes, with what flags say in its place.
func describedApp(base, flags map[string]string) (refresh.App, error) {
	vars := map[string]string{"GITHUB_APP_NAME": "app", "GHAUTH_TIMEOUT": "90s"}
	maps.Copy(vars, base)
	for name, v := range flags {
		delete(vars, replaces[name])
		vars[name] = v
	}
	if vars["GITHUB_API_URL"] == "" {
		vars["GITHUB_API_URL"] = githubhost.APIURL("github.com")
	}
	if flags["GITHUB_API_URL"] != "" || vars["GITHUB_HOST"] == "" {
		vars["GITHUB_HOST"] = githubhost.OfAPIURL(vars["GITHUB_API_URL"])
	}
	app, err := refresh.ParseApp(vars)
	if err == nil && app.Issuer == "" {
		return app, usage("which App? neither --app-id nor --client-id is given", "name it, or run "+program+" apply and mint for what is provisioned")
	}
	if err != nil {
		err = usage(err.Error(), "correct the flag or the variable")
	}
	return app, err
}

// standAlone mints a token that is stored nowhere.
func (w *world) standAlone(ctx context.Context, c *cli.Context, app refresh.App) (refresh.Stored, error) {
	dir, err := w.configDir(c.String("config-dir")) // whose lockdown counts here, too
	if err != nil {
		return refresh.Stored{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, app.Timeout)
	defer cancel()
	r := w.refresher(dir)
	if app.Key.Broker != "" {
		return r.AskBroker(ctx, app)
	}
	key, err := w.standAloneKey(ctx, app)
	if err != nil {
		return refresh.Stored{}, err
	}
	var token refresh.Stored
	w.slow("asking GitHub for a token", func() { token, err = r.MintWith(ctx, app, key) })
	return token, err
}

// standAloneKey reads the key from a file of any mode, standard input, or the
// environment, where CI systems put secrets; or it opens what has the key.
func (w *world) standAloneKey(ctx context.Context, app refresh.App) (crypto.Signer, error) {
	switch {
	case app.Key.File == "-":
		data, err := io.ReadAll(io.LimitReader(w.stdin, mint.MaxKeySize+1))
		if err != nil {
			return nil, err
		}
		return mint.ParseKey(data)
	case app.Key.File != "":
		return mint.LoadKeyFile(app.Key.File)
	case !app.Key.IsZero():
		return signer.Open(ctx, app.Key, w.env)
	case w.privateKey != "":
		return mint.ParseKey(keyText(w.privateKey))
	}
	return nil, usage("with which key? --private-key is not given", "name its file, or set GITHUB_APP_PRIVATE_KEY_PATH or GITHUB_APP_PRIVATE_KEY")
}

// keyText gives a PEM that stands in a variable, which CI systems keep on one line:
// with \n for its ends of lines, or in base64.
func keyText(text string) []byte {
	if !strings.Contains(text, "-----BEGIN") {
		if data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), "")); err == nil {
			return data
		}
	}
	return []byte(strings.ReplaceAll(text, `\n`, "\n"))
}

// outputFlag asks for a whole token, which nothing else prints.
func outputFlag() cli.Flag {
	return &cli.StringFlag{Name: "output", Usage: "print one app's token itself, as `env|json|token`"}
}

// A printedToken is the JSON of a token.
type printedToken struct {
	Token     string    `json:"token"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
	Host      string    `json:"host"`
	APIURL    string    `json:"api_url"`
	Owner     string    `json:"owner,omitempty"`
}

// printToken prints a token in the form that the user asked for by name.
func (w *world) printToken(form string, app refresh.App, token refresh.Stored) error {
	switch form {
	case "token":
		w.print("%s", token.Value.Reveal())
	case "env":
		for _, v := range refresh.TokenVars(app.Host, token.Token) {
			w.print("%s", v)
		}
	case "json":
		return w.printJSON(printedToken{token.Value.Reveal(), token.CreatedAt.UTC(), token.ExpiresAt.UTC(), app.Host, app.APIURL, token.Owner})
	}
	return nil
}

func checkForm(form string) error {
	switch form {
	case "", "env", "json", "token":
		return nil
	}
	return usage("--output "+form+": no such form", "one of env, json, token")
}
