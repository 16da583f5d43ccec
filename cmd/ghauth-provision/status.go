package main

import (
	"context"
	"path/filepath"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/signer"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
	"github.com/urfave/cli/v2"
)

func (w *world) statusVerb() *cli.Command {
	return w.command(verb{
		name: "status", usage: "show tokens, timer, last run and drift",
		about: `Shows every app's token (state, age, life left), the timer with its next and last
run, linger, whether gh has the current token, and whether this host still is as
the spec says. It asks GitHub nothing and starts no program. It exits with 2 when
the host differs from the spec, the timer does not run, a token is not good, or gh
does not have it. To root it shows the broker of this system: where its keys are and
who could read them, its clients and what they may have, its socket and its service.`,
		examples: []string{
			program + " status",
			program + " status --json | jq .apps[0].token.life_left_seconds",
			program + " status --watch",
		},
		flags: specFlags(jsonFlag(), &cli.BoolFlag{Name: "watch", Aliases: []string{"w"}, Usage: "draw it anew every two seconds, until ^C"}),
		do: func(ctx context.Context, c *cli.Context) error {
			return w.status(ctx, c)
		},
	})
}

// A statusReport is what status tells, and its JSON. Times are in UTC, spans in
// seconds.
type statusReport struct {
	Version int         `json:"version"` // of this form: 1
	Apps    []appStatus `json:"apps"`
	Timer   unitStatus  `json:"timer"`
	Service unitStatus  `json:"service"`
	Linger  string      `json:"linger"` // on, off or not checked
	// Lockdown is since when no token is minted or handed out.
	Lockdown time.Time  `json:"lockdown,omitzero"`
	Host     hostStatus `json:"host"`
	Notes    []string   `json:"notes,omitempty"` // what was not checked, and why

	dir     string // the key directory
	noUnits string // why the units were not checked
	setUp   string // how a host comes to be as the spec says
	takopi  *takopiPlugin
}

type appStatus struct {
	Name  string      `json:"name"`
	State string      `json:"state"` // fresh, due, expired, superseded, missing or invalid
	Token tokenStatus `json:"token"`
	GH    string      `json:"gh"` // current, behind or off
	// Shadow is a variable of the environment that gh takes before its login.
	Shadow string    `json:"gh_shadowed_by,omitempty"`
	Key    keyStatus `json:"key"`
	Error  string    `json:"error,omitempty"`
}

type tokenStatus struct {
	File      string    `json:"file"`
	Prefix    string    `json:"prefix,omitempty"` // its first eight characters
	SHA256    string    `json:"sha256,omitempty"` // the first eight hex digits
	CreatedAt time.Time `json:"created_at,omitzero"`
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	Age       int       `json:"age_seconds"`
	LifeLeft  int       `json:"life_left_seconds"`
}

type unitStatus struct {
	Name   string    `json:"name"`
	Load   string    `json:"load"`             // loaded, not-found, masked, …
	File   string    `json:"file"`             // enabled, disabled, masked, …
	Active string    `json:"active"`           // active, inactive, failed, …
	Result string    `json:"result,omitempty"` // of the last run
	Status int       `json:"status"`           // exit status of the last run
	Last   time.Time `json:"last,omitzero"`
	Next   time.Time `json:"next,omitzero"`
	// NeedReload says that the file has changed since it was loaded.
	NeedReload bool `json:"need_daemon_reload"`
	// DropIns are the files beside the unit's own that change it.
	DropIns []string `json:"drop_ins"`
}

type hostStatus struct {
	Checked bool   `json:"checked"`         // false: there is no spec to compare with
	Changes int    `json:"changes"`         // what plan would list
	Error   string `json:"error,omitempty"` // why plan cannot tell
}

func (r statusReport) good() bool {
	for _, a := range r.Apps {
		if a.State != "fresh" && a.State != "due" || a.GH == "behind" {
			return false
		}
	}
	if !r.Lockdown.IsZero() || r.Timer.Active != "active" && r.Timer.Active != "not checked" {
		return false
	}
	return r.Host.Changes == 0 && r.Host.Error == "" && len(r.Apps) > 0
}

func (w *world) status(ctx context.Context, c *cli.Context) error {
	if c.Bool("watch") {
		if c.Bool("json") {
			return usage("--watch is for people and --json for programs", "give one of them")
		}
		return w.watch(ctx, c)
	}
	r, err := w.look(ctx, c)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		err = w.printJSON(r)
	} else {
		r.show(w)
	}
	if err == nil && !r.good() {
		err = errTold(exitDiffers)
	}
	return err
}

// inspect looks at everything. What keeps it from comparing the host with the
// spec is a note: the tokens are told of all the same.
func (w *world) inspect(ctx context.Context, c *cli.Context) (r statusReport, err error) {
	r.Version = 1
	home, err := w.home()
	if err != nil {
		return r, err
	}
	dir := filepath.Join(home, ".config/takopi")
	j := &job{}
	watched := units.Watched(filepath.Join(home, ".config/systemd/user"))
	var unknown error // why the spec cannot be compared with
	s, _, specErr := w.loadSpec(c)
	switch {
	case is[*noSpecError](specErr):
		w.recallTakopi(dir)
		r.Notes = append(r.Notes, "drift: not checked: "+specErr.Error())
	case specErr != nil:
		return r, specErr
	default:
		dir = s.Paths.ConfigDir
		site, err := w.siteOfSpec(s)
		if err != nil {
			return r, err
		}
		j.spec, j.executable = s, site.Executable
		watched = units.Watched(s.Paths.UnitDir)
		if unknown = recall(s); unknown == nil {
			j.desired, unknown = units.Desired(s, site)
			j.desired.Spent = w.spentKeys(s)
		}
	}
	if specErr != nil || unknown != nil {
		j.desired = watched
	}
	var disconnect func()
	j.host, disconnect = w.connect(ctx)
	defer disconnect()
	r.takopi = w.pluginOf(j)
	j.host.Plugin = r.takopi
	p, err := j.plan(ctx)
	switch {
	case err != nil:
		r.Host.Error = err.Error()
		// Units and linger are there to be looked at, whatever is wrong with files.
		j.desired = watched
		if p, err = j.plan(ctx); err != nil {
			return r, err
		}
	case unknown != nil:
		r.Host.Error = unknown.Error()
	case specErr == nil:
		r.Host = hostStatus{Checked: true, Changes: len(p.Actions) + len(p.Conflicts)}
	}
	r.Notes = append(append(r.Notes, p.Notes...), w.proxyNotes(j.host)...)
	if j.observed.NoUnits != nil {
		r.noUnits = j.observed.NoUnits.Error()
	}
	r.Linger = lingerText(j.observed.Linger)
	r.Timer, r.Service = unitOf(j.observed, units.Timer), unitOf(j.observed, units.Service)
	r.dir, r.Apps, r.setUp = dir, w.inspectApps(dir), "run "+program+" apply"
	if is[*noSpecError](specErr) && len(r.Apps) == 0 {
		r.setUp = "write a spec: " + program + " init; and then run " + program + " apply"
	}
	if since, locked := refresh.LockedDown(dir); locked {
		r.Lockdown = since.UTC()
	}
	r.veil(w.secret)
	return r, nil
}

func unitOf(s plan.State, name string) unitStatus {
	u := unitStatus{Name: name, Load: "not checked", File: "not checked", Active: "not checked", DropIns: []string{}}
	for _, have := range s.Units {
		if have.Name == name && s.NoUnits == nil {
			u = unitStatus{name, have.Load, have.File, have.Active, have.Result, have.Status, have.Last, have.Next, have.NeedReload,
				append([]string{}, have.DropIns...)}
		}
	}
	return u
}

func (w *world) inspectApps(dir string) []appStatus {
	apps, errs := refresh.Apps(dir)
	out := mapTo(apps, w.inspectApp)
	w.admitCopies(out, apps)
	for _, err := range errs {
		out = append(out, appStatus{State: "invalid", Error: err.Error()})
	}
	return out
}

func (w *world) inspectApp(app refresh.App) appStatus {
	now := w.now()
	token, state, err := app.Stored(now)
	s := appStatus{Name: app.Name, State: string(state), Token: tokenStatus{File: app.TokenFile}, GH: "off"}
	if err != nil {
		s.Error = err.Error()
	}
	s.Key = w.keysOf(app, token, signer.Public)
	if app.GH {
		s.Shadow = refresh.Shadow(app.Host, w.env)
	}
	if token.Value == "" {
		return s
	}
	s.Token = tokenStatus{app.TokenFile, token.Value.Prefix(), token.Value.Digest(), token.CreatedAt.UTC(), token.ExpiresAt.UTC(),
		int(now.Sub(token.CreatedAt).Seconds()), int(token.ExpiresAt.Sub(now).Seconds())}
	if app.GH {
		s.GH = "behind"
		if app.GHHas(token.Value, w.env) {
			s.GH = "current"
		}
	}
	return s
}
