package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/ghauth-provision/ghauth-provision/internal/keycopy"
	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
)

// maxHistory bounds how much of a shell's history is read, in bytes.
const maxHistory = 8 << 20

// replaceKey is what to do about a key that has been in a file.
const replaceKey = "make a new key on the App's settings page, bring it to where this one is now, and delete this one there: to overwrite a file proves little on modern disks"

// losingDirs are where keys get lost.
func losingDirs(home string) []string {
	return []string{"/tmp", "/var/tmp", "/dev/shm", filepath.Join(home, "Downloads")}
}

// An exposed key is one that can be read from files although Vault or the broker keeps it.
type exposed struct {
	kept        keysource.Source // where the key is to be
	detail, fix string           // empty where no such file is known
}

// exposed looks for the files that hold an app's key, where such files are known to lie.
// The ones of spent, which are about to go, are left out.
func (w *world) exposed(app refresh.App, apps []refresh.App, spent map[string]plan.SpentKey) exposed {
	home := w.getenv("HOME")
	kept, copies := keycopy.OfApp(keycopy.Search, home, app, apps, w.now())
	if kept.IsZero() {
		return exposed{}
	}
	histories := keyHistories(home)
	copies = slices.DeleteFunc(copies, func(path string) bool {
		_, goes := spent[path]
		return goes || slices.Contains(histories, path)
	})
	fix := replaceKey
	var told []string
	if len(copies) > 0 {
		told = []string{keycopy.Told(copies, w.tilde, keycopy.ThisUser)}
		fix += "; remove what holds a copy by: " + w.shred(copies)
	}
	for _, file := range histories {
		told = append(told, "a private key was typed, which "+w.tilde(file)+" has")
	}
	if len(told) == 0 {
		return exposed{kept: kept}
	}
	return exposed{kept, strings.Join(told, "; "), fix}
}

// shred is the command that removes files. Root is to do it as the user who could put a
// link in the place of one: shred(1) would overwrite what that leads to.
func (w *world) shred(files []string) string {
	by := map[string][]string{}
	for _, file := range files {
		as := ""
		if uid := holderOf(file); w.uid == 0 && uid != 0 {
			as = fmt.Sprintf("setpriv --reuid=%d --clear-groups ", uid)
			if name := userOf(uid); name != "" {
				as = "runuser -u " + shellWord(name) + " -- "
			}
		}
		by[as] = append(by[as], shellWord(file))
	}
	var commands []string
	for _, as := range slices.Sorted(maps.Keys(by)) {
		commands = append(commands, as+"shred -u "+strings.Join(by[as], " "))
	}
	return strings.Join(commands, "; ")
}

// holderOf gives the user, other than root, who can put something in the place of a file:
// to whom a directory on the way belongs, or else the file.
func holderOf(file string) uint32 {
	for path := filepath.Dir(file); ; path = filepath.Dir(path) {
		if uid := uidOf(path); uid != 0 {
			return uid
		}
		if path == filepath.Dir(path) {
			return uidOf(file)
		}
	}
}

func uidOf(path string) uint32 {
	info, err := os.Lstat(path)
	if err != nil {
		return 0
	}
	return info.Sys().(*syscall.Stat_t).Uid
}

// exposedNotes gives what exposed tells of each app. The files that the plan is about
// to remove are told of there.
func (w *world) exposedNotes(j *job) (notes []string) {
	apps, _ := refresh.Apps(j.spec.Paths.ConfigDir)
	for _, app := range apps {
		if e := w.exposed(app, apps, j.desired.Spent); e.detail != "" {
			notes = append(notes, app.Name+": "+e.detail+"; "+e.fix)
		}
	}
	return notes
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
