// Package refresh keeps the token files of one config directory fresh: is a
// token due? then lock, mint, try the new token, write the token file, and tell
// gh. It reads the app env files alone, so that what the timer runs is what was
// applied.
package refresh

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/atomicfile"
	"github.com/ghauth-provision/ghauth-provision/internal/audit"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"golang.org/x/sys/unix"
)

// Result tells what became of one app. Err is nil when a good token is stored;
// even then GHErr may say that gh was not told.
type Result struct {
	App    App
	Minted bool   // false: the stored token was kept
	Token  Stored // what is stored now; zero if nothing usable is
	Err    error
	GHErr  error
}

// Refresher refreshes the apps of one config directory.
type Refresher struct {
	Dir     string
	Version string // for the User-Agent
	Now     func() time.Time
	Env     []string // environment for gh
	// Warn is told what deserves a line but is no failure, of several apps at
	// the same time. It may be nil.
	Warn func(app, text string)
	// Audit is given a record of all that is done with a token. It may be nil.
	Audit func(audit.Record)

	clients clients
}

// maxParallel bounds how many apps are minted for at once: enough that a few which
// hang hold back no other, and well below what GitHub takes (docs.github.com, "Rate
// limits for the REST API": 100 requests at a time).
const maxParallel = 32

// Run refreshes apps, each of whose tokens is due, or all with force. Apps
// whose token is fresh cost no lock and no network. A failing app holds back
// no other; results come in the order of apps.
func (r *Refresher) Run(ctx context.Context, apps []App, force bool) []Result {
	results := make([]Result, len(apps))
	for i, app := range apps {
		results[i].App = app
	}
	if err := r.unlocked(); err != nil {
		for i := range results {
			results[i].Err = err
		}
	} else {
		r.run(ctx, results, force)
	}
	for _, res := range results {
		r.record(res)
	}
	return results
}

func (r *Refresher) run(ctx context.Context, results []Result, force bool) {
	var work []*Result
	var longest time.Duration
	for i := range results {
		res := &results[i]
		if _, res.Err = r.look(res); res.Err == nil && (force || r.unfinished(res)) {
			work = append(work, res)
			longest = max(longest, res.App.Timeout)
		}
	}
	if len(work) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	// A token is stored where no other looks in, or it is not minted.
	unlock, held, err := r.lock(ctx, atomicfile.OpenPrivate)
	if err != nil {
		fail(work, err)
		return
	}
	defer unlock()
	if err := r.unlocked(); err != nil { // it may have come while the lock was waited for
		fail(work, err)
		return
	}
	r.sweep(results)
	each(work, func(res *Result) { r.refresh(ctx, res, force, held) })
}

func fail(work []*Result, err error) {
	for _, res := range work {
		res.Err = err
		if _, locked := errors.AsType[*LockdownError](err); locked {
			res.Token = Stored{}
		}
	}
}

func each(work []*Result, do func(*Result)) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, maxParallel)
	for _, res := range work {
		slots <- struct{}{}
		wg.Go(func() {
			do(res)
			<-slots
		})
	}
	wg.Wait()
}

func (r *Refresher) lock(ctx context.Context, open func(dir string) (*os.File, error)) (unlock func(), held time.Time, err error) {
	// Minting a token that cannot be kept would be worse than failing first.
	if err := unix.Access(r.Dir, unix.W_OK); err != nil {
		return nil, held, &WriteError{r.Dir, err}
	}
	dir, err := open(r.Dir)
	if err != nil {
		return nil, held, &WriteError{r.Dir, err}
	}
	defer dir.Close()
	unlock, held, err = lock(ctx, dir)
	var busy *BusyError
	if err != nil && !errors.As(err, &busy) {
		err = &WriteError{r.Dir, err}
	}
	return unlock, held, err
}

// refresh mints for one app under the lock, unless another run has just done
// so, which satisfies this one even if it is forced: a token that came while
// it waited, or that the holder it waited for had stored already.
func (r *Refresher) refresh(ctx context.Context, res *Result, force bool, held time.Time) {
	before := res.Token.Value
	var written time.Time
	if written, res.Err = r.look(res); res.Err != nil {
		return
	}
	app := res.App
	fresh := !due(res.Token.Token, r.Now(), app.RenewWithin)
	shared := res.Token.Value != before || !held.IsZero() && !written.Before(held)
	if !fresh || force && !shared {
		if res.Err = r.renew(ctx, res, force); res.Err != nil {
			return
		}
	}
	if app.GH {
		res.GHErr = loginGH(ctx, app, res.Token.Value, r.Env)
	}
}

// Ensure refreshes apps as Run does, and has GitHub say that a token which was
// kept still works: one that it refuses, as after a revocation, is replaced.
func (r *Refresher) Ensure(ctx context.Context, apps []App) []Result {
	return r.ensure(ctx, r.Run(ctx, apps, false))
}

const (
	// handOutLife is how much life a stored token has left to be handed out as it
	// is, whatever else is going on: a run is for whole directories and may wait.
	handOutLife = 10 * time.Minute
	// handOutPatience bounds the wait for a newer one while the stored one lives.
	handOutPatience = 10 * time.Second
)

// Live gives app's token for use at once: the stored one if it lives for a while
// yet, else as Run does, without much waiting where it still lives.
func (r *Refresher) Live(ctx context.Context, app App) Result {
	res := Result{App: app}
	if r.unlocked() == nil {
		_, res.Err = r.look(&res)
		if left := res.Token.ExpiresAt.Sub(r.Now()); res.Err == nil && left > handOutLife && left <= mint.MaxTokenLife {
			r.record(res)
			return res
		}
	}
	if res.Token.Value != "" {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, handOutPatience)
		defer cancel()
	}
	return r.Run(ctx, []App{app}, false)[0]
}

// HandOut is Live, and has GitHub say that the token works, as Ensure does.
func (r *Refresher) HandOut(ctx context.Context, app App) Result {
	return r.ensure(ctx, []Result{r.Live(ctx, app)})[0]
}

func (r *Refresher) ensure(ctx context.Context, results []Result) []Result {
	var kept []*Result
	for i := range results {
		if res := &results[i]; res.Err == nil && !res.Minted {
			kept = append(kept, res)
		}
	}
	each(kept, func(res *Result) {
		_, err := r.Probe(ctx, res.App, res.Token.Token)
		switch {
		case errors.Is(err, &mint.Error{Kind: mint.Denied}):
			r.warn(res.App, "GitHub no longer takes the stored token: minting a new one")
			*res = r.Run(ctx, []App{res.App}, true)[0]
		case err != nil:
			res.Err = err
		}
	})
	return results
}

// record tells the audit what became of an app.
func (r *Refresher) record(res Result) {
	rec := audit.Record{Event: audit.Reuse, Key: res.Token.Key, TokenSHA256: res.Token.Value.SHA256(), ExpiresAt: res.Token.ExpiresAt}
	switch {
	case res.Err != nil:
		rec = audit.Record{Event: audit.Refusal, Reason: res.Err.Error()}
	case res.Minted:
		rec.Event = audit.Mint
	}
	r.audit(res.App, rec)
}

func (r *Refresher) audit(app App, rec audit.Record) {
	if r.Audit != nil {
		rec.Time, rec.App, rec.Issuer, rec.Installation = r.Now().UTC(), app.Name, app.Issuer, app.InstallationID
		r.Audit(rec)
	}
}

func (r *Refresher) warn(app App, text string) {
	if r.Warn != nil {
		r.Warn(app.Name, text)
	}
}
