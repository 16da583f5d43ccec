package main

import (
	"context"
	"os/user"
	"strconv"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/broker"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
	"github.com/urfave/cli/v2"
)

// ofBroker reports whether root asks for the broker: where there is one, and where the
// spec has one.
func (w *world) ofBroker(c *cli.Context) bool {
	if !w.forSystem(c) || c.IsSet("config-dir") {
		return false
	}
	if exists(units.BrokerNothing().Manifest) {
		return true
	}
	s, _, err := w.loadSpec(c)
	return err == nil && len(s.Broker.Clients) > 0
}

// A brokerReport is what status tells root, and its JSON.
type brokerReport struct {
	Version int            `json:"version"` // of this form: 1
	Keys    []sealedKey    `json:"keys"`
	Clients []brokerClient `json:"clients"`
	Listens string         `json:"listens,omitempty"` // the socket's path, where it is loaded
	Socket  unitStatus     `json:"socket"`
	Service unitStatus     `json:"service"`
	// Lockdown is since when no token is handed out.
	Lockdown time.Time  `json:"lockdown,omitzero"`
	Host     hostStatus `json:"host"`
	Notes    []string   `json:"notes,omitempty"` // what was not checked, and why

	apps    []broker.App // of the policy
	noUnits string       // why the units were not checked
	copies  []string     // what is root's to do about other copies of the keys
}

type brokerClient struct {
	User string `json:"user,omitempty"` // none has the number any more where it is empty
	broker.Client
}

func (r brokerReport) good() bool {
	for _, key := range r.Keys {
		if key.Error != "" {
			return false
		}
	}
	return r.Lockdown.IsZero() && (r.Socket.Active == "active" || r.Socket.Active == "not checked") && r.Service.Active != "failed" &&
		r.Host.Changes == 0 && r.Host.Error == "" && len(r.Clients) > 0
}

// inspectBroker is inspect for the broker of this system.
func (w *world) inspectBroker(ctx context.Context, c *cli.Context) (r brokerReport, err error) {
	r = brokerReport{Version: 1, Keys: []sealedKey{}, Clients: []brokerClient{}}
	config, err := readBrokerConfig(units.BrokerConfig)
	if err != nil {
		r.Notes = append(r.Notes, "policy: "+err.Error())
	}
	r.apps = config.Apps
	for _, app := range config.Apps {
		for _, name := range app.Credentials() {
			r.Keys = append(r.Keys, w.sealedKey(app.Name, name))
		}
	}
	for _, client := range config.Clients {
		r.Clients = append(r.Clients, brokerClient{userOf(client.UID), client})
	}
	if since, locked := refresh.LockedDown(units.BrokerDir); locked {
		r.Lockdown = since.UTC()
	}
	j := &job{system: true}
	defer w.reachSystem(ctx, j)()
	if err := w.compareBroker(ctx, c, j, config, &r); err != nil {
		return r, err
	}
	err = r.observeUnits(ctx, j)
	return r, err
}

// compareBroker holds the system to the spec, where there is one.
func (w *world) compareBroker(ctx context.Context, c *cli.Context, j *job, config broker.Config, r *brokerReport) error {
	s, _, err := w.loadSpec(c)
	switch {
	case is[*noSpecError](err):
		r.Notes = append(r.Notes, "drift: not checked: "+err.Error())
	case err != nil:
		return err
	case len(s.Broker.Clients) == 0:
		r.Host.Error = "the spec has no broker block"
	default:
		j.spec = units.AsBroker(s)
		recallBroker(j.spec, config)
		p, err := w.planBroker(ctx, j)
		if err != nil {
			r.Host.Error = err.Error()
			break
		}
		r.Host = hostStatus{Checked: true, Changes: len(p.Actions) + len(p.Conflicts)}
		r.copies = w.brokerNotes(j, p)
		r.admitCopies(w, j, p)
		r.Notes = append(r.Notes, p.Notes...)
	}
	return nil
}

// observeUnits looks at the units, whatever is wrong with files.
func (r *brokerReport) observeUnits(ctx context.Context, j *job) (err error) {
	if j.observed, err = plan.Observe(ctx, j.host, units.BrokerWatched()); err != nil {
		return err
	}
	if j.observed.NoUnits != nil {
		r.noUnits = j.observed.NoUnits.Error()
	}
	r.Socket, r.Service = unitOf(j.observed, units.BrokerSocket), unitOf(j.observed, units.BrokerService)
	for _, u := range j.observed.Units {
		if u.Name == units.BrokerSocket {
			r.Listens = u.Listen
		}
	}
	return nil
}

func (w *world) planBroker(ctx context.Context, j *job) (plan.Plan, error) {
	if err := checkBrokerKeys(j.spec); err != nil {
		return plan.Plan{}, err
	}
	if err := j.wantBroker(); err != nil {
		return plan.Plan{}, err
	}
	return j.plan(ctx)
}

// userOf gives the name of a user, "" where there is none.
func userOf(uid uint32) string {
	u, err := user.LookupId(strconv.FormatUint(uint64(uid), 10))
	if err != nil {
		return ""
	}
	return u.Username
}
