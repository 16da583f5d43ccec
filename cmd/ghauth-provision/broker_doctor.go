package main

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/broker"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/preflight"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
	"github.com/urfave/cli/v2"
)

// examineBroker is examine for the broker of this system.
func (w *world) examineBroker(ctx context.Context, c *cli.Context) (doctorReport, error) {
	r := doctorReport{Version: 1}
	status, err := w.inspectBroker(ctx, c)
	if err != nil {
		return r, err
	}
	for _, app := range status.apps {
		w.slow("asking GitHub about "+app.Name, func() { w.keysChecks(ctx, &r, app, status) })
	}
	for _, copied := range status.copies {
		r.add("", warning("copies", copied, replaceKey))
	}
	r.add("", w.brokerChecks(ctx, status)...)
	for _, note := range status.Notes {
		if !strings.Contains(note, ": not checked: ") { // the checks say so
			r.add("", warning("host", note, ""))
		}
	}
	r.veil(w.secret)
	return r, nil
}

// keysChecks look at an app's keys. Of two, one that GitHub does not know is none the
// worse: the other one works.
func (w *world) keysChecks(ctx context.Context, r *doctorReport, app broker.App, status brokerReport) {
	checks, works := map[string][]preflight.Check{}, false
	for _, key := range status.Keys {
		if key.App == app.Name {
			checks[key.Name] = w.sealedChecks(ctx, app, key, status.users())
			works = works || !slices.ContainsFunc(checks[key.Name], func(c preflight.Check) bool { return c.Result == preflight.Failed })
		}
	}
	fixes := map[string]string{
		app.Name:                        "name the next key as private_key in place of this one, take next_key out, and run " + program + " apply",
		broker.NextCredential(app.Name): "add the key on the App's settings page: until then the old one is used",
	}
	for _, name := range app.Credentials() {
		for i, c := range checks[name] {
			if works && useless(c.Err) {
				checks[name][i].Result, checks[name][i].Fix = preflight.Warning, fixes[name]
			}
		}
		r.add(name, checks[name]...)
	}
}

// sealedChecks look at a key of the broker's, and at what GitHub would give for it.
func (w *world) sealedChecks(ctx context.Context, app broker.App, key sealedKey, clients []string) []preflight.Check {
	const fix = "run " + program + " apply"
	if key.Error != "" {
		return []preflight.Check{failed("credential", key.Error, fix)}
	}
	ctx, cancel := context.WithTimeout(ctx, doctorTime)
	defer cancel()
	data, err := w.unseal(ctx, key.Name, key.File)
	if err != nil {
		return []preflight.Check{w.sealedExposureCheck(key, clients, ""), failed("credential", err.Error(), remedyOf(err))}
	}
	parsed, err := mint.ParseKey(data)
	if err != nil {
		return []preflight.Check{w.sealedExposureCheck(key, clients, ""), failed("credential", err.Error(), fix)}
	}
	exposure := w.sealedExposureCheck(key, clients, mint.Fingerprint(&parsed.PublicKey))
	return append([]preflight.Check{exposure}, w.ask(ctx, refresh.App{Issuer: app.Issuer, InstallationID: app.InstallationID, APIURL: app.APIURL, CAFile: app.CAFile}, parsed)...)
}

// brokerChecks look at the broker itself.
func (w *world) brokerChecks(ctx context.Context, r brokerReport) (checks []preflight.Check) {
	if !r.Lockdown.IsZero() {
		checks = append(checks, failed("lockdown", "since "+r.Lockdown.Local().Format(time.DateTime), "when the incident is over, run "+program+" resume"))
	}
	checks = append(checks, w.policyCheck(r), w.socketCheck(r))
	service := w.serviceCheck(r.Service)
	if r.Lockdown.IsZero() && len(r.apps) > 0 && r.Listens != "" {
		answer := w.answerCheck(ctx, r)
		if service.Result == preflight.Failed && answer.Result == preflight.OK {
			service.Result, service.Detail = preflight.Warning, service.Detail+"; it has started by now"
		}
		checks = append(checks, answer)
	}
	return append(checks, service, w.auditCheck(ctx), w.securityCheck(ctx), driftCheck(r.Host))
}

func (w *world) policyCheck(r brokerReport) preflight.Check {
	if len(r.Clients) == 0 {
		return failed("policy", "there is none", "run "+program+" apply")
	}
	for _, c := range r.Clients {
		if c.User == "" {
			return warning("policy", "no user has a client's number any more: the next one who is given it may ask", "take the client out of the spec, and run "+program+" apply")
		}
	}
	return ok("policy", count(len(r.Clients), "client")+" of "+count(len(r.apps), "app"))
}

func (w *world) socketCheck(r brokerReport) preflight.Check {
	const fix = "run systemctl enable --now " + units.BrokerSocket
	switch u := r.Socket; {
	case u.Active == "not checked":
		return notChecked("socket", r.noUnits, "boot this system with systemd")
	case u.Active != "active":
		return failed("socket", "is "+u.Active, fix)
	case u.File != "enabled":
		return failed("socket", "is "+u.File+": it will not come back after a reboot", fix)
	}
	return ok("socket", "listens at "+r.Listens)
}

func (w *world) serviceCheck(u unitStatus) preflight.Check {
	switch u.Active {
	case "not checked":
		return notChecked("service", "for the same reason as the socket", "")
	case "failed":
		return failed("service", w.brokerLine(u), "see journalctl -u "+u.Name)
	}
	return ok("service", w.brokerLine(u))
}

// answerCheck has the broker answer, which leaves a record.
func (w *world) answerCheck(ctx context.Context, r brokerReport) preflight.Check {
	if err := w.tryBroker(ctx, r.Listens, r.apps[0].Name); err != nil {
		return failed("answer", err.Error(), remedyOf(err))
	}
	return ok("answer", "the broker has started, has its keys, and answers root that it is no client")
}

// auditCheck looks for the broker's last record.
func (w *world) auditCheck(ctx context.Context) preflight.Check {
	const fix = "see journalctl -u " + units.BrokerService
	if _, err := w.observe(ctx, "journalctl", "--sync"); err != nil {
		return notChecked("audit", err.Error(), fix)
	}
	out, err := w.observe(ctx, "journalctl", "--quiet", "--output=short-iso", "--lines=1", "--unit="+units.BrokerService,
		"GHAUTH_EVENT=mint", "GHAUTH_EVENT=reuse", "GHAUTH_EVENT=refusal", "GHAUTH_EVENT=revoke")
	switch {
	case err != nil:
		return notChecked("audit", err.Error(), fix)
	case strings.TrimSpace(out) == "":
		return failed("audit", "the journal has no record of the broker's", fix)
	}
	return ok("audit", "the journal's last record: "+strings.TrimSpace(out))
}

var exposureLevel = regexp.MustCompile(`Overall exposure level for .*: (\d+\.\d) `)

// securityCheck has systemd say how much the service is exposed, of 10.
func (w *world) securityCheck(ctx context.Context) preflight.Check {
	out, err := w.observe(ctx, "systemd-analyze", "security", "--no-pager", units.BrokerService)
	found := exposureLevel.FindStringSubmatch(out)
	switch {
	case err != nil:
		return notChecked("security", err.Error(), "systemd-analyze security "+units.BrokerService)
	case found == nil:
		return notChecked("security", "systemd-analyze gives no level", "systemd-analyze security "+units.BrokerService)
	case len(found[1]) > 3 || found[1] > "1.5":
		return failed("security", "exposure level "+found[1]+", and it is to be at most 1.5", "see systemctl cat "+units.BrokerService+": a drop-in takes something of the sandbox away")
	}
	return ok("security", "exposure level "+found[1]+" of 10, by systemd-analyze")
}
