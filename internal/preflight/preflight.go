// Package preflight looks, without minting, whether GitHub would give an app the
// token that it is to have: is the key known, does the clock agree, is the App
// installed and not suspended, does the installation grant what is wanted?
package preflight

import (
	"cmp"
	"context"
	"crypto"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// Subject is an app and what it is to have.
type Subject struct {
	Issuer       string // the App's id or client id
	Installation string // OWNER or OWNER/REPO; counts where ID is 0
	ID           int64  // the installation's
	Repositories []string
	Permissions  map[string]string
	Key          crypto.Signer
}

// Result is how a check came out.
type Result string

// The results.
const (
	OK         Result = "ok"
	Warning    Result = "warning" // it works all the same
	Failed     Result = "failed"
	NotChecked Result = "not checked"
)

// Check is one thing that was looked at.
type Check struct {
	Name   string `json:"name"`
	Result Result `json:"result"`
	Detail string `json:"detail"`        // what was found
	Fix    string `json:"fix,omitempty"` // what to do, unless OK
	Err    error  `json:"-"`             // of type *mint.Error, where GitHub's answer is why
}

// maxRepositories bounds how many repositories are asked after one by one.
const maxRepositories = 30

// Run makes the checks in order, and leaves out those that one before has made
// pointless. It asks GitHub a few times, and for each wanted repository once.
func Run(ctx context.Context, client *mint.Client, s Subject) []Check {
	checks := []Check{{Name: "key", Result: OK, Detail: cmp.Or(mint.Fingerprint(s.Key.Public()), "its fingerprint is not known: public_key in the spec's key block would tell it")}}
	add := func(c Check) bool {
		checks = append(checks, c)
		return c.Err == nil
	}
	app, err := client.App(ctx, s.Issuer, s.Key)
	if !add(of("app", err, func() string { return fmt.Sprintf("%s (id %d) of %s", app.Slug, app.ID, app.Owner) })) {
		return checks
	}
	add(clock(client.Offset()))
	inst, err := find(ctx, client, s)
	found := of("installation", err, inst.String)
	if inst.Suspended {
		found.Result, found.Fix = Failed, "an owner has to unsuspend it at GitHub: Settings, Applications, Installed GitHub Apps"
	}
	if add(found); found.Result != OK {
		return checks
	}
	if lacks := inst.Lacks(s.Permissions); lacks != "" {
		add(Check{Name: "permissions", Result: Failed, Detail: "not granted: " + lacks, Fix: "an owner has to grant it at GitHub, or take it out of permissions in the spec"})
	} else if len(s.Permissions) > 0 {
		add(Check{Name: "permissions", Result: OK, Detail: "all that are wanted are granted"})
	}
	if len(s.Repositories) > 0 {
		add(repositories(ctx, client, s, inst))
	}
	return checks
}

// Unopened is the check of a key that cannot be used.
func Unopened(err error) Check { return of("key", err, nil) }

// of is a check that GitHub's answer decides.
func of(name string, err error, detail func() string) Check {
	if err == nil {
		return Check{Name: name, Result: OK, Detail: detail()}
	}
	c := Check{Name: name, Result: Failed, Detail: err.Error(), Err: err}
	if mint.IsTemporary(err) {
		c.Result = NotChecked
	}
	if e, ok := errors.AsType[*mint.Error](err); ok {
		c.Fix = e.Remedy
	}
	return c
}

func clock(offset time.Duration) Check {
	if offset == 0 {
		return Check{Name: "clock", Result: OK, Detail: "agrees with GitHub's"}
	}
	return Check{Name: "clock", Result: Warning, Detail: fmt.Sprintf("off by %s from GitHub's; tokens are asked for and timed by GitHub's", -offset.Round(time.Second)),
		Fix: "timedatectl set-ntp true"}
}

func find(ctx context.Context, client *mint.Client, s Subject) (mint.InstallationInfo, error) {
	if s.ID != 0 {
		return client.InstallationByID(ctx, s.Issuer, s.Key, s.ID)
	}
	return client.FindInstallation(ctx, s.Issuer, s.Key, s.Installation)
}

// repositories asks whether the installation has access to those that are wanted.
func repositories(ctx context.Context, client *mint.Client, s Subject, inst mint.InstallationInfo) Check {
	asked := s.Repositories[:min(len(s.Repositories), maxRepositories)]
	var without []string
	for _, name := range asked {
		have, err := client.FindInstallation(ctx, s.Issuer, s.Key, inst.Account+"/"+name)
		switch {
		case mint.IsTemporary(err):
			return of("repositories", err, nil)
		case err != nil || have.ID != inst.ID:
			without = append(without, name)
		}
	}
	c := Check{Name: "repositories", Result: OK, Detail: fmt.Sprintf("access to all %d that are wanted", len(asked))}
	if len(without) > 0 {
		c.Result, c.Detail = Failed, "no access to "+strings.Join(without, ", ")
		c.Fix = "an owner has to give the installation access at GitHub, or take them out of repositories in the spec"
	} else if rest := len(s.Repositories) - len(asked); rest > 0 {
		c.Result, c.Detail = NotChecked, fmt.Sprintf("access to the first %d of %d; the mint checks the rest", len(asked), len(s.Repositories))
	}
	return c
}
