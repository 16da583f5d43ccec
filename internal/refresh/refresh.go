// Package refresh keeps the token files of one config directory fresh: is a
// token due? then lock, mint, write the token file, and tell gh. It reads the
// app env files alone, so that what the timer runs is what was applied.
package refresh

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"golang.org/x/sys/unix"
)

// Result tells what became of one app. Err is nil when a good token is stored;
// even then GHErr may say that gh was not told.
type Result struct {
	App    App
	Minted bool       // false: the stored token was kept
	Token  mint.Token // what is stored now; zero if nothing usable is
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
}

// maxParallel bounds how many apps are minted for at once.
const maxParallel = 8

// Run refreshes apps, each of whose tokens is due, or all with force. Apps
// whose token is fresh cost no lock and no network. A failing app holds back
// no other; results come in the order of apps.
func (r *Refresher) Run(ctx context.Context, apps []App, force bool) []Result {
	results := make([]Result, len(apps))
	var work []*Result
	var longest time.Duration
	for i, app := range apps {
		res := &results[i]
		res.App = app
		if _, err := r.look(res); err != nil {
			res.Err = err
			continue
		}
		if force || r.unfinished(res) {
			work = append(work, res)
			longest = max(longest, app.Timeout)
		}
	}
	if len(work) == 0 {
		return results
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	unlock, held, err := r.lock(ctx)
	if err != nil {
		for _, res := range work {
			res.Err = err
		}
		return results
	}
	defer unlock()
	each(work, func(res *Result) { r.refresh(ctx, res, force, held) })
	return results
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

func (r *Refresher) lock(ctx context.Context) (unlock func(), held time.Time, err error) {
	// Minting a token that cannot be kept would be worse than failing first.
	if err := unix.Access(r.Dir, unix.W_OK); err != nil {
		return nil, held, &WriteError{r.Dir, err}
	}
	unlock, held, err = lock(ctx, r.Dir)
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
	written, err := r.look(res)
	if err != nil {
		res.Err = err
		return
	}
	app := res.App
	fresh := !due(res.Token, r.Now(), app.RenewWithin)
	shared := res.Token.Value != before || !held.IsZero() && !written.Before(held)
	if !fresh || force && !shared {
		token, err := r.mint(ctx, app)
		if err == nil {
			err = r.store(app, token)
		}
		if err != nil {
			res.Err = err
			return
		}
		res.Token, res.Minted = token, true
	}
	if app.GH {
		res.GHErr = loginGH(ctx, app, res.Token.Value, r.Env)
	}
}

func (r *Refresher) mint(ctx context.Context, app App) (mint.Token, error) {
	key, err := mint.ReadKey(app.KeyPath)
	if err != nil {
		return mint.Token{}, err
	}
	client, err := r.client(app)
	if err != nil {
		return mint.Token{}, err
	}
	return client.Mint(ctx, mint.Installation{Issuer: app.Issuer, ID: app.InstallationID}, key)
}

func (r *Refresher) warn(app App, text string) {
	if r.Warn != nil {
		r.Warn(app.Name, text)
	}
}
