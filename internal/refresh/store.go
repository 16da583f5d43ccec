package refresh

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/atomicfile"
)

// look reads what is stored, and tells when it was written. A token file that
// is no token file is due; one that is in the way is an error.
func (r *Refresher) look(res *Result) (written time.Time, err error) {
	res.Token = Stored{}
	if err := checkDir(r.Dir); err != nil {
		return written, err
	}
	path := res.App.TokenFile
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return written, &SetupError{path + " is not a regular file", "move it away"}
	}
	f, state, _ := res.App.stored(r.Now())
	if state == Fresh || state == Due {
		res.Token, written = f.Stored, f.written
	}
	return written, nil
}

// unfinished reports whether a run without force has anything to do.
func (r *Refresher) unfinished(res *Result) bool {
	return due(res.Token.Token, r.Now(), res.App.RenewWithin) || res.App.GH && !toldGH(res.App, res.Token.Value, r.Env)
}

// sweep removes what a killed run has left, once for all apps, under the lock. What
// cannot be removed keeps no token from being minted or revoked.
func (r *Refresher) sweep(results []Result) {
	paths := []string{filepath.Join(r.Dir, LockdownFile)}
	for _, res := range results {
		paths = append(paths, res.App.TokenFile, GHStamp(res.App.TokenFile), EarlierFile(res.App.TokenFile))
	}
	_ = atomicfile.Sweep(paths...)
}

// store replaces app's token file.
func (r *Refresher) store(app App, token Stored) error {
	if info, err := os.Lstat(app.TokenFile); err == nil && info.Sys().(*syscall.Stat_t).Nlink > 1 {
		r.warn(app, app.TokenFile+" had another hard link, which keeps the old token")
	}
	before, _ := readToken(app.TokenFile)
	if err := writeToken(app, token); err != nil {
		return &WriteError{r.Dir, err}
	}
	if err := app.outdate(before.Value); err != nil {
		r.warn(app, "the token before cannot be told from others any more: "+err.Error())
	}
	return nil
}

// checkDir refuses a key directory that others may look into.
func checkDir(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return &SetupError{"the key directory cannot be read: " + err.Error(), "run `ghauth-provision apply`"}
	}
	st := info.Sys().(*syscall.Stat_t)
	switch {
	case !info.IsDir():
		return &SetupError{dir + " is not a directory", "move it away and run `ghauth-provision apply`"}
	case info.Mode().Perm()&0o077 != 0:
		return &SetupError{fmt.Sprintf("the key directory %s has mode %04o: others may look into it", dir, info.Mode().Perm()), "run `ghauth-provision apply`, or chmod 700 " + dir}
	case int(st.Uid) != os.Geteuid():
		return &SetupError{fmt.Sprintf("the key directory %s belongs to uid %d, not to %d", dir, st.Uid, os.Geteuid()), "run as its owner"}
	}
	return nil
}
