package refresh

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/atomicfile"
)

// LockdownFile is the name of the file in a key directory that stands for a
// lockdown. As long as it is there, no token is minted or handed out.
const LockdownFile = "lockdown"

// LockdownError says that a lockdown keeps tokens from being minted.
type LockdownError struct{ Since time.Time }

// Error tells since when.
func (e *LockdownError) Error() string {
	return "locked down since " + e.Since.UTC().Format(time.RFC3339)
}

// LockedDown tells whether dir is locked down, and since when.
func LockedDown(dir string) (since time.Time, locked bool) {
	info, err := os.Lstat(filepath.Join(dir, LockdownFile))
	if err != nil {
		return since, false // where dir cannot be looked into, nothing else works
	}
	return info.ModTime(), true
}

// unlocked refuses what a lockdown forbids.
func (r *Refresher) unlocked() error {
	if since, locked := LockedDown(r.Dir); locked {
		return &LockdownError{since}
	}
	return nil
}

// Lockdown has no more tokens minted, and revokes those that are stored. The
// results come in the order of apps; a token that could not be revoked stays
// stored, so that another Lockdown can try again.
func (r *Refresher) Lockdown(ctx context.Context, apps []App) ([]Result, error) {
	marker := filepath.Join(r.Dir, LockdownFile)
	if _, locked := LockedDown(r.Dir); !locked {
		if err := atomicfile.Write(marker, []byte("No token is minted or handed out until: ghauth-provision resume\n"), 0o600); err != nil {
			return nil, &WriteError{r.Dir, err}
		}
	}
	return r.RevokeStored(ctx, apps)
}

// Resume ends a lockdown. That there is none is no error.
func (r *Refresher) Resume() error {
	if err := atomicfile.Remove(filepath.Join(r.Dir, LockdownFile)); err != nil {
		return &WriteError{r.Dir, err}
	}
	return nil
}

// RevokeStored revokes the stored tokens of apps, forgets them and logs gh out of
// them. A Result's Token is the one that was revoked, zero if none was stored.
func (r *Refresher) RevokeStored(ctx context.Context, apps []App) ([]Result, error) {
	// A run that had begun before stores its token first.
	unlock, _, err := r.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	results := make([]Result, len(apps))
	work := make([]*Result, len(apps))
	for i, app := range apps {
		results[i].App, work[i] = app, &results[i]
	}
	each(work, func(res *Result) { r.revokeStored(ctx, res) })
	return results, nil
}

func (r *Refresher) revokeStored(ctx context.Context, res *Result) {
	app := res.App
	token, err := readToken(app.TokenFile)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		res.Err = &SetupError{fmt.Sprintf("%v: it was not revoked", err), "look into it, and suspend the installation at GitHub"}
		return
	}
	res.Token = token.Stored
	if res.Err = r.Revoke(ctx, app.TokenFile); res.Err != nil {
		return
	}
	if app.GH {
		res.GHErr = r.LogOutGH(ctx, GHStamp(app.TokenFile))
	}
	if err := atomicfile.Remove(app.TokenFile); err != nil {
		res.Err = &WriteError{r.Dir, err}
	}
}
