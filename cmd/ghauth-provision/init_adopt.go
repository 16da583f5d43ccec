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

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/takopi"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
	"github.com/urfave/cli/v2"
)

// adopt writes the spec for a host that was set up by hand: of those that keep its Apps
// and their keys, the one whose plan is the smallest.
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
	if err := a.readApps(); err != nil {
		return err
	}
	if err := a.takeTable(); err != nil {
		return err
	}
	for _, app := range a.apps() { // nothing is left to ask: GitHub checks what was found
		if err := app.interview(ctx); err != nil {
			return fmt.Errorf("app %s: %w", app.name, err)
		}
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
	for _, d := range a.apps() {
		app := d.values["app"]
		a.print("Found in %s: the App %s, its installation %s, the key %s.", a.tilde(a.dir), cmp.Or(app["app_id"], app["client_id"]), app["installation_id"], app["private_key"])
	}
	for _, note := range a.notes {
		a.print("Note: %s.", note)
	}
	return a.offerPlan(ctx)
}
