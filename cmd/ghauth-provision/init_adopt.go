package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/envfile"
	"github.com/ghauth-provision/ghauth-provision/internal/githubhost"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/takopi"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
	"github.com/urfave/cli/v2"
)

// adopt writes the spec for a host that was set up by hand: of those that keep its App
// and its key, the one whose plan is the smallest.
func (w *world) adopt(ctx context.Context, c *cli.Context, d *draft) error {
	if err := noIdentity(c, "--adopt reads the App that is here"); err != nil {
		return err
	}
	a := &adoption{draft: d}
	var err error
	if a.home, err = w.namedHome(); err != nil {
		return err
	}
	if err := a.readTakopi(); err != nil {
		return err
	}
	if a.dir, err = filepath.Abs(cmp.Or(c.String("config-dir"), a.dir, filepath.Join(a.home, ".config/takopi"))); err != nil {
		return err
	}
	if exists(filepath.Join(a.dir, plan.ManifestName)) {
		return usage(w.tilde(a.dir)+" was not set up by hand: an apply has made it", "write a spec for the same App: "+program+" init")
	}
	if err := a.readEnv(); err != nil {
		return err
	}
	if err := a.takeTable(); err != nil {
		return err
	}
	if err := d.interview(ctx); err != nil { // nothing is left to ask: GitHub checks what was found
		return err
	}
	return a.finish(ctx)
}

// An adoption is what was found on a host.
type adoption struct {
	*draft
	home, dir string
	table     map[string]string // [plugins.ghauth], its values in JSON; nil without one
	notes     []string
}

// ghauthKeys are those of [plugins.ghauth].
var ghauthKeys = []string{"token_env_file", "refresh_script", "run_refresh_with", "max_token_age_minutes", "refresh_timeout_seconds", "allowed_user_ids"}

// readTakopi reads Takopi's configuration, which also says where the token is kept.
func (a *adoption) readTakopi() error {
	src, err := readFile(filepath.Join(a.home, ".takopi/takopi.toml"), spec.MaxSize)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if a.table, err = takopi.Values(src, ghauthKeys); err != nil {
		return err
	}
	if file := a.expand(unquoted(a.table["token_env_file"])); file != "" {
		a.dir = filepath.Dir(file)
	}
	return nil
}

// readEnv reads the app's env file, as a shell would that knows HOME.
func (a *adoption) readEnv() error {
	file := units.AppFile(a.dir, "github-app", 0, "", ".env")
	data, err := readFile(file, envfile.MaxSize)
	if errors.Is(err, fs.ErrNotExist) {
		return &failure{exitBadSetup, "there is nothing to adopt: no " + a.tilde(file), "name the directory that has it: --config-dir DIR; or start anew: " + program + " init"}
	}
	if err != nil {
		return err
	}
	text := strings.NewReplacer("${HOME}", a.home, "$HOME", a.home).Replace(string(data))
	vars, err := envfile.Parse([]byte(text))
	if err != nil {
		return &failure{exitBadInput, a.tilde(file) + ": " + err.Error(), "write it as NAME=value, one a line"}
	}
	app := a.values["app"]
	if vars["GITHUB_APP_CLIENT_ID"] != "" {
		app["client_id"] = spec.Quote(vars["GITHUB_APP_CLIENT_ID"])
	} else if app["app_id"] = vars["GITHUB_APP_ID"]; !isID(app["app_id"]) {
		return &failure{exitBadInput, a.tilde(file) + " has no GITHUB_APP_ID that is a number", "it stands on the App's settings page"}
	}
	if app["installation_id"] = vars["GITHUB_APP_INSTALLATION_ID"]; !isID(app["installation_id"]) {
		return &failure{exitBadInput, a.tilde(file) + " has no GITHUB_APP_INSTALLATION_ID that is a number", "it stands at the end of the installation's settings URL"}
	}
	key := cmp.Or(a.expand(vars["GITHUB_APP_PRIVATE_KEY_PATH"]), units.AppFile(a.dir, "github-app", 0, "", ".pem"))
	app["private_key"] = spec.Quote(a.tilde(key))
	a.takeGitHub(vars)
	if a.dir != filepath.Join(a.home, ".config/takopi") {
		a.set("paths", "config_dir", spec.Quote(a.tilde(a.dir)))
	}
	return nil
}

// takeGitHub has the spec name the GitHub that the env file does.
func (a *adoption) takeGitHub(vars map[string]string) {
	host := cmp.Or(vars["GITHUB_HOST"], vars["GH_HOST"])
	api := strings.TrimRight(vars["GITHUB_API_URL"], "/")
	if host == "" && api != "" {
		host = githubhost.OfAPIURL(api)
	}
	if host != "" && host != "github.com" {
		a.set("github", "host", spec.Quote(host))
	}
	if api != "" && api != githubhost.APIURL(cmp.Or(host, "github.com")) {
		a.set("github", "api_url", spec.Quote(api))
	}
	if file := a.expand(vars["GITHUB_CA_FILE"]); file != "" {
		a.set("github", "ca_file", spec.Quote(a.tilde(file)))
	}
}

// set has the spec say more than its defaults.
func (a *adoption) set(block, attr, value string) {
	if a.values[block] == nil {
		a.values[block] = map[string]string{}
	}
	a.values[block][attr] = value
}

// expand writes out a path that begins with ~.
func (a *adoption) expand(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		return filepath.Join(a.home, rest)
	}
	return path
}

// unquoted gives the text that a value in JSON is, or nothing.
func unquoted(json string) string {
	text, err := strconv.Unquote(json)
	if err != nil {
		return ""
	}
	return text
}

// takeTable has the spec keep what [plugins.ghauth] says, as far as a spec can.
func (a *adoption) takeTable() error {
	if script := a.expand(unquoted(a.table["refresh_script"])); filepath.Base(script) == units.Script && filepath.Dir(script) != filepath.Join(a.home, ".local/bin") {
		a.keep("paths", "bin_dir", spec.Quote(a.tilde(filepath.Dir(script))))
	}
	for _, k := range []struct{ key, attr, unit, fallback string }{
		{"max_token_age_minutes", "max_token_age", "m", "55"},
		{"refresh_timeout_seconds", "refresh_timeout", "s", "30"},
		{"run_refresh_with", "run_refresh_with", "", "[]"},
		{"allowed_user_ids", "allowed_user_ids", "", "[]"},
	} {
		value := a.table[k.key]
		switch {
		case value == "" || value == k.fallback:
		case k.unit != "":
			a.keep("takopi", k.attr, spec.Quote(strings.Trim(value, `"`)+k.unit))
		default:
			// A list is the same in both, but for what begins a template.
			a.keep("takopi", k.attr, strings.NewReplacer("${", "$${", "%{", "%%{").Replace(value))
		}
	}
	_, _, _, err := a.parse()
	return err
}

// keep sets what a spec may say, and tells of what it may not.
func (a *adoption) keep(block, attr, value string) {
	_, _, _, before := a.parse()
	a.set(block, attr, value)
	if _, _, _, err := a.parse(); err != nil && before == nil {
		delete(a.values[block], attr)
		a.notes = append(a.notes, fmt.Sprintf("%s is %s here, which a spec cannot say: it will have its default", attr, value))
	}
}

// finish writes the spec, and tells what was found.
func (a *adoption) finish(ctx context.Context) error {
	if err := a.shrink(ctx); err != nil {
		return err
	}
	if err := a.write(); err != nil {
		return err
	}
	app := a.values["app"]
	a.print("Found in %s: the App %s, its installation %s, the key %s.", a.tilde(a.dir), cmp.Or(app["app_id"], app["client_id"]), app["installation_id"], app["private_key"])
	others, _ := filepath.Glob(filepath.Join(a.dir, "github-app-*.env"))
	for _, file := range others {
		a.notes = append(a.notes, a.tilde(file)+" is a further app's: add an app block for it")
	}
	for _, note := range a.notes {
		a.print("Note: %s.", note)
	}
	return a.offerPlan(ctx)
}
