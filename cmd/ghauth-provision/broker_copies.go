package main

import (
	"cmp"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/ghauth-provision/ghauth-provision/internal/keycopy"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/preflight"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
)

// brokerCopies gives the files that hold the key of a fingerprint, which the broker has,
// as look finds them: in root's home, those of the clients, where the spec names its
// source, and where every user may leave a file.
func (w *world) brokerCopies(look func([]keycopy.Place, string) []string, clients []string, source, fingerprint string) []string {
	places := keycopy.Home(w.getenv("HOME"))
	for _, name := range clients {
		if u, err := user.Lookup(name); err == nil {
			places = append(places, keycopy.Home(u.HomeDir)...)
		}
	}
	if source != "" {
		places = append(places, keycopy.Place{Dir: filepath.Dir(source)})
	}
	copies := look(append(places, keycopy.Shared()...), fingerprint)
	if source != "" && sourceFingerprint(source) == fingerprint && fingerprint != "" && !slices.Contains(copies, source) {
		copies = append(copies, source)
	}
	return copies
}

// sourceFingerprint gives that of the key in the file that a spec names, or nothing.
func sourceFingerprint(source string) string {
	data, err := readFile(source, maxSealed)
	if err != nil {
		return ""
	}
	return fingerprintIn(data)
}

// admitCopies adds to what r says of the broker's keys which copies a glance finds of
// those that still are where the spec names them. p tells whether they are the same.
func (r *brokerReport) admitCopies(w *world, j *job, p plan.Plan) {
	for _, app := range j.spec.Apps {
		for _, key := range units.SealedKeys(app) {
			at := slices.IndexFunc(r.Keys, func(k sealedKey) bool { return k.Name == key.Name })
			changes := slices.ContainsFunc(p.Actions, func(a plan.Action) bool { return a.Target == units.Credential(key.Name) })
			if at < 0 || r.Keys[at].Exposure == "" || changes {
				continue
			}
			r.Keys[at].source = key.Source
			if copies := w.brokerCopies(keycopy.Glance, r.users(), key.Source, sourceFingerprint(key.Source)); len(copies) > 0 {
				r.Keys[at].Exposure += butCopies(w, copies)
			}
		}
	}
}

// sealedExposureCheck says who can read a key of the broker's, by the copies that lie about, too.
// Where the fingerprint is not known, it is that of the file that the spec names.
func (w *world) sealedExposureCheck(key sealedKey, clients []string, fingerprint string) preflight.Check {
	copies := w.brokerCopies(keycopy.Search, clients, key.source, cmp.Or(fingerprint, sourceFingerprint(key.source)))
	if len(copies) == 0 {
		return ok("exposure", key.Exposure)
	}
	return warning("exposure", sealedExposure(key.File, key.SealedBy)+butCopies(w, copies),
		replaceKey+"; what a user signs by goes with that user's own apply; else remove what holds a copy by: "+w.shred(copies))
}

// users gives the clients' names.
func (r brokerReport) users() []string {
	return mapTo(r.Clients, func(c brokerClient) string { return c.User })
}

func butCopies(w *world, copies []string) string {
	return "; but " + keycopy.Told(copies, w.tilde, readersOf(copies))
}

// readersOf says who can read at least one of the files.
func readersOf(files []string) string {
	who := []string{"root"}
	others := false
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			continue
		}
		name := ownerOf(info)
		if !slices.Contains(who, name) {
			who = append(who, name)
		}
		others = others || info.Mode().Perm()&0o044 != 0
	}
	if others {
		who = append(who, "others whom its mode lets")
	}
	return strings.Join(who, ", ") + " and whoever takes the disk"
}

// ownerOf gives the name of a file's owner, or the number.
func ownerOf(info os.FileInfo) string {
	uid := info.Sys().(*syscall.Stat_t).Uid
	if uid == 0 {
		return "root"
	}
	if name := userOf(uid); name != "" {
		return name
	}
	return "uid " + strconv.FormatUint(uint64(uid), 10)
}

// strayNotes tells of the copies of the broker's keys beside the one that the spec names.
func (w *world) strayNotes(j *job) (notes []string) {
	var clients []string
	for _, c := range j.spec.Broker.Clients {
		clients = append(clients, c.User)
	}
	for _, app := range j.spec.Apps {
		for _, key := range units.SealedKeys(app) {
			copies := slices.DeleteFunc(w.brokerCopies(keycopy.Search, clients, key.Source, sourceFingerprint(key.Source)),
				func(path string) bool { return path == key.Source })
			if len(copies) > 0 {
				notes = append(notes, fmt.Sprintf("app %s's %s: %s; %s", app.Name, key.Label, keycopy.Told(copies, w.tilde, readersOf(copies)), replaceKey))
			}
		}
	}
	return notes
}
