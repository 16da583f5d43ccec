package refresh

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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

// Lockdown has no more tokens minted, logs gh out, and revokes those that are
// stored, also of apps that cannot be read. The results come in the order of apps,
// those others last; a token that could not be revoked stays stored, so that another
// Lockdown can try again. A run that is still at work after lockPatience is not
// waited for: then the error is a *BusyError, and what it stores is still to be revoked.
func (r *Refresher) Lockdown(ctx context.Context, apps []App) ([]Result, error) {
	marker := filepath.Join(r.Dir, LockdownFile)
	if _, locked := LockedDown(r.Dir); !locked {
		if err := atomicfile.Write(marker, []byte("No token is minted or handed out until: ghauth-provision resume\n"), 0o600); err != nil {
			return nil, &WriteError{r.Dir, err}
		}
	}
	unlock, busy := r.lockSoon(ctx)
	if busy == nil {
		defer unlock()
	}
	return r.revokeAll(ctx, slices.Concat(apps, r.orphans(apps)), busy == nil), busy
}

// orphans gives what has a token file and is none of apps.
func (r *Refresher) orphans(apps []App) (more []App) {
	files, _ := filepath.Glob(filepath.Join(escapeGlob(r.Dir), "github-token*.env"))
	for _, file := range files {
		if !slices.ContainsFunc(apps, func(a App) bool { return a.TokenFile == file }) {
			more = append(more, orphan(file))
		}
	}
	return more
}

// Resume ends a lockdown, once nothing of before it lives any more: tokens that the
// lockdown could not revoke are revoked first. That there is none is no error.
func (r *Refresher) Resume(ctx context.Context, apps []App) ([]Result, error) {
	if _, locked := LockedDown(r.Dir); !locked {
		return nil, nil
	}
	results, err := r.RevokeStored(ctx, slices.Concat(apps, r.orphans(apps)))
	if err != nil {
		return results, err
	}
	for _, res := range results {
		if res.Err != nil {
			return results, nil
		}
	}
	if err := atomicfile.Remove(filepath.Join(r.Dir, LockdownFile)); err != nil {
		return results, &WriteError{r.Dir, err}
	}
	return results, nil
}

// lockPatience bounds the wait for a run that is at work.
const lockPatience = 20 * time.Second

func (r *Refresher) lockSoon(ctx context.Context) (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	unlock, _, err = r.lock(ctx, openDir) // tokens are to end wherever they lie
	return unlock, err
}

// RevokeStored revokes the stored tokens of apps, forgets them and logs gh out of
// them. A Result's Token is the one that was revoked, zero if none was stored.
func (r *Refresher) RevokeStored(ctx context.Context, apps []App) ([]Result, error) {
	unlock, err := r.lockSoon(ctx) // a run that had begun before stores its token first
	if err != nil {
		return nil, err
	}
	defer unlock()
	return r.revokeAll(ctx, apps, true), nil
}

// revokeAll revokes the tokens of apps. Whoever is at work without the lock may still
// need what looks left behind.
func (r *Refresher) revokeAll(ctx context.Context, apps []App, locked bool) []Result {
	results := make([]Result, len(apps))
	work := make([]*Result, len(apps))
	for i, app := range apps {
		results[i].App, work[i] = app, &results[i]
	}
	if locked {
		r.sweep(results)
	}
	each(work, func(res *Result) { r.revokeStored(ctx, res) })
	return results
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
	if app.GH {
		res.GHErr = r.LogOutGH(ctx, GHStamp(app.TokenFile))
	}
	if res.Err = r.Revoke(ctx, app.TokenFile); res.Err != nil {
		return
	}
	if err := app.outdate(token.Value); err != nil {
		r.warn(app, "the token cannot be told from others any more: "+err.Error())
	}
	if err := atomicfile.Remove(app.TokenFile); err != nil {
		res.Err = &WriteError{r.Dir, err}
	}
}
