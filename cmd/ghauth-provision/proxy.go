package main

import (
	"cmp"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/systemd"
)

// proxyVars name a proxy, and what needs none. Each counts in small letters, too, if
// it is not set in capitals (golang.org/x/net/http/httpproxy).
var proxyVars = []string{"HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"}

// proxyNotes tells of a proxy that is set here and that the timer's mints, which have
// the environment of systemd --user, do not know. A proxy's URL may hold a password:
// it is not shown.
func (w *world) proxyNotes(h plan.Host) []string {
	manager, ok := h.Units.(*systemd.Manager)
	if !ok {
		return nil
	}
	env, err := manager.Environment()
	if err != nil {
		return []string{"proxy: not checked: " + err.Error()}
	}
	var other []string
	for _, name := range proxyVars {
		small := strings.ToLower(name)
		if here := cmp.Or(w.getenv(name), w.getenv(small)); here != "" && here != cmp.Or(env[name], env[small]) {
			other = append(other, name)
		}
	}
	if len(other) == 0 {
		return nil
	}
	return []string{strings.Join(other, " and ") + " of this environment: systemd --user, and so the timer, has none or another; " +
		"set it in ~/.config/environment.d/proxy.conf, as environment.d(5) has it, and run: systemctl --user daemon-reload"}
}
