package plan

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// prune plans for what the manifest knows and nothing asks for any more: it
// goes, or what stood there before comes back.
func (d *differ) prune(rec Record) error {
	have := d.at(rec.Path)
	d.ahead[rec.Path] = rec
	if d.needed(rec) {
		d.after[rec.Path] = rec
		return nil
	}
	switch rec.Kind {
	case OfKeys:
		return d.pruneKeys(have, rec)
	case OfFile:
		return d.pruneFile(have, goneOf(rec), rec)
	}
	d.gone[rec.Path] = goneOf(rec)
	return nil
}

// goneOf gives the wish that what a record speaks of goes.
func goneOf(rec Record) File {
	gone := File{Path: rec.Path, Kind: Absent, Label: rec.Label, Privacy: Hidden, Undo: rec.Undo, Secret: rec.Secret, minted: rec.Kind == OfMinted,
		follow: rec.follows()}
	if rec.Text != "" {
		gone.Privacy = Shown
	}
	return gone
}

func (d *differ) pruneFile(have, gone File, rec Record) error {
	switch {
	case have.Kind == Regular && have.UID == d.desired.UID:
	case have.Kind == Absent && rec.Was != nil:
	default:
		d.gone[rec.Path] = gone // a note says why it stays
		d.keepBackup(rec)
		return nil
	}
	if rec.Secret && !d.desired.Purge && have.Kind != Absent && !d.moved[rec.Path] && !d.spend(have, &gone, rec) {
		return nil
	}
	asBefore := rec.Was != nil && rec.Was.SHA256 == have.Hash
	if have.Kind == Regular && !asBefore && !rec.Sealed && !slices.Contains(rec.SHA256, have.Hash) {
		if rec.App != "" && !rec.Secret && slices.Contains(d.desired.Keep, rec.Path) {
			return inTheWay(rec.Path, "is an app's that is to go: kept, it would be minted for all the same", "copy it elsewhere, and say --overwrite instead")
		}
		switch settled, overwrite := d.conflict(have, gone, rec, "has been changed since apply wrote it, and is to go"); {
		case !settled:
			d.after[rec.Path] = rec
			return nil
		case !overwrite:
			d.notes = append(d.notes, rec.Path+" stays as it is")
			d.keepBackup(rec)
			return nil
		}
	}
	if rec.Was == nil {
		d.gone[rec.Path] = gone
		return nil
	}
	return d.giveBack(have, rec)
}

// keepBackup goes on knowing of a file that could not be given back, and so
// keeps its backup.
func (d *differ) keepBackup(rec Record) {
	if rec.Was == nil || rec.Was.Backup == "" {
		return
	}
	d.after[rec.Path] = rec
	d.notes = append(d.notes, fmt.Sprintf("what stood at %s before the first apply is kept at %s", rec.Path, rec.Was.Backup))
}

// giveBack has a file be what it was before the first apply.
func (d *differ) giveBack(have File, rec Record) error {
	if have.Kind == Absent && rec.Was.Backup == "" {
		return nil // it was never ours, and somebody has removed it
	}
	want := File{Path: rec.Path, Kind: Regular, Mode: fsMode(rec.Was.Mode), From: rec.Was.Backup, inside: true, Hash: rec.Was.SHA256, Privacy: Hidden,
		Label: "what stood here before", why: "apply's own is no longer asked for"}
	if have.Kind == Regular && have.Hash == want.Hash {
		if have.Mode != fsMode(rec.Mode) {
			want.Mode = have.Mode // somebody else has seen to it since
		}
	} else if from := d.at(want.From); from.Kind != Regular || from.Hash != want.Hash {
		return inTheWay(rec.Path, "cannot be given back: its backup "+rec.Was.Backup+" is gone, or is another file", "put what is to stand there, and let --keep PATH leave it")
	}
	d.act(have, want)
	return nil
}

func (d *differ) pruneKeys(have File, rec Record) error {
	if have.Kind != Regular {
		return nil
	}
	if err := d.mayReplace(have); err != nil {
		return err
	}
	after, err := d.desired.Keys.GiveBack(have.Content, rec.Keys)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", rec.Path, err)
	case len(after) == 0 && rec.Was == nil && !have.link:
		d.gone[rec.Path] = goneOf(rec)
		return nil
	}
	d.act(have, File{Path: rec.Path, Kind: Regular, Privacy: Hidden, Label: rec.Label, Content: after, Hash: Hash(after), follow: true, why: "our keys in it are no longer asked for"})
	return nil
}

// backupDir is where files are kept that had to give way.
func (d *differ) backupDir() string {
	if d.desired.Manifest == "" {
		return ""
	}
	return BackupDir(d.desired.Manifest)
}

// BackupDir is the directory beside a manifest where files are kept that had to
// give way, each under its SHA-256.
func BackupDir(manifest string) string { return filepath.Join(filepath.Dir(manifest), "backup") }

// backUp has the file that stands where want is to stand kept, unless it may be
// a key: that it stood there is forgotten then.
func (d *differ) backUp(have, want File, next *Record) {
	if want.Secret || d.desired.Manifest == "" {
		next.Was = nil
		return
	}
	was := *next.Was
	was.Backup = filepath.Join(d.backupDir(), have.Hash)
	next.Was = &was
	d.keep[was.Backup] = have.Path
}

// backups plans for the backups, and for their directory.
func (d *differ) backups() error {
	needed := map[string]bool{}
	for _, rec := range d.after {
		if rec.Was != nil && rec.Was.Backup != "" {
			needed[rec.Was.Backup] = true
		}
	}
	dir := d.backupDir()
	switch rec, known := d.known[dir]; {
	case len(needed) > 0:
		if err := d.directory(d.at(dir), File{Path: dir, Kind: Directory, Mode: 0o700, Label: "earlier files"}); err != nil {
			return err
		}
	case known:
		if err := d.prune(rec); err != nil {
			return err
		}
	}
	for _, backup := range slices.Sorted(maps.Keys(d.keep)) {
		from := d.keep[backup]
		d.act(d.at(backup), File{Path: backup, Kind: Regular, Mode: 0o600, From: from, inside: true, Hash: d.at(from).Hash, Privacy: Hidden, early: true,
			Label: "what stood at " + from, why: "that is about to be replaced"})
	}
	for _, rec := range d.observed.Known.Records {
		if rec.Was != nil && rec.Was.Backup != "" && !needed[rec.Was.Backup] {
			d.gone[rec.Was.Backup] = File{Path: rec.Was.Backup, Kind: Absent, Privacy: Hidden, Label: "earlier file", why: "what it is a backup of is back"}
		}
	}
	return nil
}

// removals plans what is to go. A directory stays as long as it holds anything
// that does, and known as long as that is known.
func (d *differ) removals() {
	if d.desired.Manifest != "" && !d.manifestStays() {
		d.gone[d.desired.Manifest] = File{Path: d.desired.Manifest, Kind: Absent, Privacy: Hidden, Label: "what apply made", why: "nothing is ours any more"}
		for path, rec := range d.after { // with nothing left to undo, the lock goes too
			d.gone[path] = goneOf(rec)
		}
		clear(d.after)
	}
	for _, path := range slices.Backward(slices.Sorted(maps.Keys(d.gone))) {
		have, want := d.at(path), d.gone[path]
		rec := d.known[path]
		if rec.Kind == OfDirectory && d.holdsKnown(path) {
			delete(d.gone, path)
			d.record(rec, rec)
			continue
		}
		if rec.Kind == OfDirectory && rec.Was != nil {
			d.reopen(have, want, rec)
			delete(d.gone, path)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(d.gone)) {
		have, want := d.at(path), d.gone[path]
		if d.undoes(want) {
			d.undo = append(d.undo, Action{Op: want.Undo, Target: path, Reason: because(Remove, have, want)})
		}
		if !d.goes(have) || want.Undo == ClearGH { // which removes the file, or finds that it has to stay
			continue
		}
		if want.Undo == UninstallPlugin && d.desired.Wheel != "" {
			d.wheels = append(d.wheels, fileAction(Remove, have, want))
			continue
		}
		d.files = append(d.files, fileAction(Remove, have, want))
	}
}

// reopen gives a directory the mode that it had before us.
func (d *differ) reopen(have, want File, rec Record) {
	if have.Kind == Directory && have.UID == d.desired.UID && have.Mode == fsMode(rec.Mode) {
		d.act(have, File{Path: have.Path, Kind: Directory, Mode: fsMode(rec.Was.Mode), Label: want.Label, closing: true, why: "it was " + rec.Was.Mode.String() + " before the first apply"})
	}
}

// manifestStays reports whether anything is known in the end that would have to
// be undone one day.
func (d *differ) manifestStays() bool {
	for _, rec := range d.after {
		if rec.Kind == OfFile || rec.Kind == OfKeys || rec.Undo != "" {
			return true
		}
	}
	return false
}

// holdsKnown reports whether anything in dir is known in the end.
func (d *differ) holdsKnown(dir string) bool {
	below := func(path string) bool { return strings.HasPrefix(path, dir+"/") }
	for path := range d.after {
		if below(path) {
			return true
		}
	}
	return below(d.desired.Manifest) && !d.removes(d.desired.Manifest)
}

// goes reports whether what stands is removed: a file of the user's, what was
// minted, or a directory that holds nothing else.
func (d *differ) goes(have File) bool {
	want, gone := d.gone[have.Path]
	switch {
	case !gone || have.Kind == Absent:
		return false
	case have.Kind != Directory:
		return (have.Kind == Regular || want.minted) && have.UID == d.desired.UID
	}
	return !slices.ContainsFunc(have.Names, func(name string) bool { return !d.goes(d.at(filepath.Join(have.Path, name))) })
}
