package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
)

const (
	// maxLooked bounds how many files of a directory are looked into.
	maxLooked = 500
	// maxHistory bounds how much of a shell's history is read, in bytes.
	maxHistory = 8 << 20
)

// replaceKey is what to do about a key that has been in a file.
const replaceKey = "make a new key on the App's settings page, bring it to where this one is now, and delete this one there: to overwrite a file proves little on modern disks"

// losingDirs are where keys get lost.
func losingDirs(home string) []string {
	return []string{"/tmp", "/var/tmp", "/dev/shm", filepath.Join(home, "Downloads")}
}

// exposed tells of the files that hold an app's key although Vault or the broker has
// it now, as far as they lie where such files are known to, and what to do. It is
// empty where there are none. The files in passOver are left out.
func (w *world) exposed(app refresh.App, passOver map[string]bool) (detail, fix string) {
	token, state, _ := app.Stored(w.now())
	if state != refresh.Fresh && state != refresh.Due || token.Key == "" || !keptElsewhere(app, token) {
		return "", ""
	}
	home := w.getenv("HOME")
	var places []string
	shred := "shred -u"
	for _, dir := range append(losingDirs(home), home, filepath.Join(home, "keys"), filepath.Dir(app.TokenFile)) {
		for _, file := range keyFilesIn(dir, token.Key) {
			if !passOver[file] {
				places = append(places, w.tilde(file))
				shred += " " + shellWord(file)
			}
		}
	}
	fix = replaceKey
	if len(places) > 0 {
		fix += "; remove the copies by: " + shred
	}
	for _, file := range keyHistories(home) {
		places = append(places, w.tilde(file)+", where a private key was typed")
	}
	if len(places) == 0 {
		return "", ""
	}
	return "the key can be read from files all the same: " + strings.Join(places, "; "), fix
}

// exposedNotes gives what exposed tells of each app. The files that the plan is about
// to remove are told of there.
func (w *world) exposedNotes(j *job) (notes []string) {
	apps, _ := refresh.Apps(j.spec.Paths.ConfigDir)
	passOver := keyFilesOf(apps)
	for path := range j.desired.Spent {
		passOver[path] = true
	}
	for _, app := range apps {
		if detail, fix := w.exposed(app, passOver); detail != "" {
			notes = append(notes, app.Name+": "+detail+"; "+fix)
		}
	}
	return notes
}

// keyFilesOf gives the files that apps sign by: another app may have the same key.
func keyFilesOf(apps []refresh.App) map[string]bool {
	files := map[string]bool{}
	for _, app := range apps {
		files[app.Key.File], files[app.NextKey.File] = true, true
	}
	return files
}

// keptElsewhere reports whether a token came from Vault or the broker. What a command
// reads may be any file.
func keptElsewhere(app refresh.App, token refresh.Stored) bool {
	for _, source := range []keysource.Source{app.Key, app.NextKey} {
		if (source.Vault != nil || source.Broker != "") && source.ID() == token.Signer {
			return true
		}
	}
	return false
}

// keyFilesIn gives the files in a directory that hold the key of a fingerprint, and
// look as if they did.
func keyFilesIn(dir, fingerprint string) (found []string) {
	entries, _ := os.ReadDir(dir)
	looked := 0
	for _, entry := range entries {
		ext := filepath.Ext(entry.Name())
		if ext != ".pem" && ext != ".key" || !entry.Type().IsRegular() || looked == maxLooked {
			continue
		}
		looked++
		path := filepath.Join(dir, entry.Name())
		if data, err := mint.ReadKeyFile(path); err == nil && fingerprintIn(data) == fingerprint {
			found = append(found, path)
		}
	}
	return found
}

// keyHistories gives the histories of shells that hold a private key, whosever it is.
func keyHistories(home string) (found []string) {
	for _, name := range []string{".bash_history", ".zsh_history", ".local/share/fish/fish_history"} {
		path := filepath.Join(home, name)
		data, err := readFile(path, maxHistory)
		if err == nil && (bytes.Contains(data, []byte("-----BEGIN RSA PRIVATE KEY-----")) || bytes.Contains(data, []byte("-----BEGIN PRIVATE KEY-----"))) {
			found = append(found, path)
		}
	}
	return found
}
