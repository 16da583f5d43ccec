package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
)

// checkKeys looks at the keys before anything is planned with them: what is to
// be imported, and what has been, has to be a key that GitHub can have given out.
func (w *world) checkKeys(s *spec.Spec) error {
	keys := units.Keys(s)
	var errs []error
	for _, key := range keys {
		err := w.checkKey(key, s.GitHub.Host)
		if by, displaced := key.Displaced(keys); displaced {
			remedy := "name another .pem file; to go over to a next key, name it as private_key and take next_key out"
			if !key.Next {
				remedy += "; the key that stands is: " + w.keyAttr(key.Managed)
			}
			err = &failure{exitBadInput, fmt.Sprintf("app %s: %s is where the %s of app %s goes", key.App, key.Attr, by.Label, by.App), remedy}
		}
		errs = append(errs, err)
	}
	for i, app := range s.Apps {
		errs = append(errs, w.checkSigners(app))
		if app.PrivateKey != "" && app.NextKey == "" && app.NextSigner.IsZero() {
			errs = append(errs, w.checkOnlyKey(units.KeysOf(s, i)[0]))
		}
	}
	return errors.Join(errs...)
}

func (w *world) checkKey(key units.Key, host string) error {
	if w.root != "" && key.Source == key.Managed {
		return &failure{exitUsage, fmt.Sprintf("app %s: %s is where the key goes, and --root imports it from this host", key.App, key.Attr),
			"keep the .pem elsewhere, and name that"}
	}
	_, err := mint.ReadKeyFile(key.Source)
	if errors.Is(err, fs.ErrNotExist) {
		_, err = w.managedKey(key)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) && w.keeperOf(key) != "":
		return &failure{exitBadSetup, fmt.Sprintf("app %s: the %s is neither at %s nor at %s, and does not come out of where it is: %s", key.App, key.Label, key.Source, key.Managed, w.keeperOf(key)),
			fmt.Sprintf("generate a new private key on the App's settings page (https://%s/settings/apps, or the organization's), put that .pem at %s, and delete the old key there once a token has come", host, key.Attr)}
	case errors.Is(err, fs.ErrNotExist):
		return &failure{exitBadSetup, fmt.Sprintf("app %s: the %s is neither at %s nor at %s", key.App, key.Label, key.Source, key.Managed),
			"put the .pem from the App's settings page at " + key.Attr + ", or correct the spec"}
	case err != nil:
		return fmt.Errorf("app %s: %s: %w", key.App, key.Attr, err)
	}
	return nil
}

// keeperOf names what has an app's key by the last apply and gives it to nobody, or
// nothing.
func (w *world) keeperOf(key units.Key) string {
	if w.root != "" {
		return ""
	}
	apps, _ := refresh.Apps(filepath.Dir(key.Managed))
	for _, app := range apps {
		if app.Name == key.App && (app.Key.Vault != nil || app.Key.Broker != "") {
			return app.Key.String()
		}
	}
	return ""
}

// checkOnlyKey refuses to go on with the key that stands where the spec names one
// that is gone, while the next key of an earlier spec stands, too: that may be the
// one that is meant, and the other be deleted at GitHub.
func (w *world) checkOnlyKey(key units.Key) error {
	next := units.Key{App: key.App, Managed: strings.TrimSuffix(key.Managed, ".pem") + ".next.pem", Next: true}
	data, err := w.managedKey(key)
	nextData, nextErr := w.managedKey(next)
	if err != nil || nextErr != nil || exists(key.Source) {
		return nil
	}
	have, nextHas := fingerprintIn(data), fingerprintIn(nextData)
	if have == nextHas {
		return nil
	}
	place := w.standsAt(next)
	return &failure{exitBadInput, fmt.Sprintf("app %s: %s is not there, and two keys stand: %s at %s, and the next key, %s at %s",
		key.App, w.tilde(key.Source), have, w.tilde(w.standsAt(key)), nextHas, w.tilde(place)),
		fmt.Sprintf("to go on with the next key, let the spec say: %s; to stay with the other, put its .pem back at private_key, or remove %s", w.keyAttr(place), w.tilde(place))}
}

// managedKey reads the copy of a key that an earlier apply has made.
func (w *world) managedKey(key units.Key) ([]byte, error) {
	real, err := w.root.Real(w.standsAt(key), false)
	if err != nil {
		return nil, err
	}
	return mint.ReadKeyFile(real)
}

// standsAt gives where the copy of a key stands: where the spec has it, unless its
// app has had another place in the spec until now. The first app owns the plain names
// and, as its env file says, still does.
func (w *world) standsAt(key units.Key) string {
	dir, ext := filepath.Dir(key.Managed), ".pem"
	if key.Next {
		ext = ".next.pem"
	}
	plain := units.AppFile(dir, "github-app", 0, key.App, ext)
	named := units.AppFile(dir, "github-app", 1, key.App, ext)
	first := w.firstApp(dir)
	switch {
	case key.Managed == named && first == key.App && !w.exists(named):
		return plain
	case key.Managed == plain && first != key.App && first != "" && w.exists(named):
		return named
	}
	return key.Managed
}

// firstApp gives the name of the app that has the plain file names in dir, or nothing.
func (w *world) firstApp(dir string) string {
	env, err := w.root.Real(units.AppFile(dir, "github-app", 0, "", ".env"), false)
	if err != nil {
		return ""
	}
	vars, _ := refresh.AppVars(env)
	return vars["GITHUB_APP_NAME"]
}

// spareKey tells of a copy of an app's key that nothing needs once the key has
// been imported: once the managed one is known to be whole, and another file.
// A file in the key directory is an earlier key of ours, which is told of as such.
func (w *world) spareKey(key units.Key) string {
	if !exists(key.Source) || filepath.Dir(key.Source) == filepath.Dir(key.Managed) || sameFile(key.Managed, key.Source) {
		return ""
	}
	if _, err := mint.ReadKey(key.Managed); err != nil {
		return ""
	}
	where := "is no longer needed"
	for _, dir := range losingDirs(w.getenv("HOME")) {
		if strings.HasPrefix(key.Source, dir+"/") {
			where = "lies where keys get lost, and is no longer needed"
		}
	}
	loose := ""
	if info, err := os.Stat(key.Source); err == nil && info.Mode().Perm()&0o077 != 0 {
		loose = fmt.Sprintf(" (mode %04o: other users may have read it)", info.Mode().Perm())
	}
	return fmt.Sprintf("the copy of app %s's %s at %s%s %s; remove it: shred -u %s", key.App, key.Label, key.Source, loose, where, shellWord(key.Source))
}
