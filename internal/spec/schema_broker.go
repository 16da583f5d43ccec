package spec

import (
	"errors"
	"regexp"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

var (
	// socketPath takes what a unit and an env file can name without quotes.
	socketPath = regexp.MustCompile(`^/run(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$`)
	// userName is systemd's own notion of one (systemd.io/USER_NAMES).
	userName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_.-]{0,30}$`)
)

// maxPerMinute bounds how often a client may ask.
const maxPerMinute = 6000

func checkSocket(s string) error {
	if !socketPath.MatchString(s) || len(s) > 107 { // unix(7), sun_path
		return errors.New(`must be a path below /run, such as "/run/ghauth/broker.sock", of at most 107 plain characters`)
	}
	return nil
}

func (p *parser) brokerBlock(b *Broker) block {
	return block{name: "broker", doc: "With root: a service of the system that alone has the keys of all apps, and gives other users tokens, each within its policy. There is none without a client.", attrs: []attribute{
		{"socket", "Where it listens.", `"/run/ghauth-provision/broker.sock"`, text(&b.Socket, checkSocket)},
	}, blocks: []block{p.clientBlock(b)}}
}

// clientBlock may come several times.
func (p *parser) clientBlock(b *Broker) block {
	c := &BrokerClient{PerMinute: 30}
	return block{name: "client", label: "USER", doc: "A user who may ask. All others are refused.", attrs: []attribute{
		{"apps", "The only apps whose tokens it may have.", "all of the spec", texts(&c.Apps)},
		{"repositories", "The only repositories that its tokens reach.", "the app's", repositories(&c.Repositories)},
		{"permissions", "The most that its tokens may do.", "the app's", permissions(&c.Permissions)},
		{"per_minute", "How often it may ask.", "30", integer(&c.PerMinute, 1, maxPerMinute)},
	}, again: func() block { return p.clientBlock(b) }, check: func(f found) { p.checkClient(b, c, f) }}
}

func (p *parser) checkClient(b *Broker, c *BrokerClient, f found) {
	c.User = f.Labels[0]
	if !userName.MatchString(c.User) {
		p.fault(f.LabelRanges[0], "Invalid user", "%q is no user's name.", c.User)
	}
	if slices.ContainsFunc(b.Clients, func(other BrokerClient) bool { return other.User == c.User }) {
		p.fault(f.LabelRanges[0], "Duplicate client", "There is a client %q already.", c.User)
	}
	b.Clients = append(b.Clients, *c)
	at, named := f.ranges["apps"]
	if named && len(c.Apps) == 0 {
		p.fault(at, "Invalid apps", "apps must name an app; leave it out for all of them.")
	}
	p.later = append(p.later, func(s *Spec) { p.checkApps(s, c.Apps, at) })
}

// checkApps looks for apps by their names, once all are known.
func (p *parser) checkApps(s *Spec, names []string, at hcl.Range) {
	for _, name := range names {
		if !slices.ContainsFunc(s.Apps, func(a App) bool { return a.Name == name }) {
			p.fault(at, "Invalid apps", "There is no app %q in this spec.", name)
		}
	}
}
