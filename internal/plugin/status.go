package plugin

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
)

// A holder is an app with its token file, or a token file of another tool's.
type holder struct {
	name, file string
	app        *refresh.App // nil for another tool's
}

func (p Plugin) dir() string { return filepath.Dir(p.TokenEnvFile) }

// holders lists the apps provisioned beside the token file. Without any, the
// token file stands for itself.
func (p Plugin) holders() (all []holder, errs []error) {
	apps, errs := refresh.Apps(p.dir())
	known := false
	for i := range apps {
		all = append(all, holder{apps[i].Name, apps[i].TokenFile, &apps[i]})
		known = known || apps[i].TokenFile == p.TokenEnvFile
	}
	if !known {
		all = append([]holder{{"token", p.TokenEnvFile, nil}}, all...)
	}
	return all, errs
}

// chosen gives the name of the app that is meant, or nothing for all of them.
// Without a name it is the app that is called as the chat's project.
func (p Plugin) chosen(app string) string {
	all, _ := p.holders()
	for _, name := range []string{app, p.Project} {
		i := slices.IndexFunc(all, func(h holder) bool { return strings.EqualFold(h.name, name) })
		switch {
		case i >= 0:
			return all[i].name
		case strings.EqualFold(name, "all"):
			return ""
		case name != "" && name == app:
			return app
		}
	}
	return ""
}

func (p Plugin) status(ctx context.Context, app string) (string, int) {
	all, errs := p.holders()
	var lines []string
	for _, h := range all {
		if app == "" || h.name == app {
			lines = append(lines, p.line(h))
		}
	}
	if len(lines) == 0 {
		return noSuchApp(app, all), 64
	}
	for _, err := range errs {
		lines = append(lines, err.Error()+": run `ghauth-provision apply`")
	}
	if since, locked := refresh.LockedDown(p.dir()); locked {
		first := "locked down since " + since.UTC().Format(time.RFC3339) + ": no tokens until someone runs ghauth-provision resume"
		return strings.Join(append([]string{first}, lines...), "\n"), 0
	}
	timer := p.Timer(ctx).lines(p.Now())
	return strings.Join(append(shorter(lines, MaxAnswer-len(strings.Join(timer, "\n"))-1), timer...), "\n"), 0
}

// shorter leaves the apps with a fresh token out of lines of more than limit bytes,
// and counts them: who asks wants to know of the others.
func shorter(lines []string, limit int) []string {
	if len(strings.Join(lines, "\n")) <= limit {
		return lines
	}
	rest := slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return strings.Contains(line, ": "+fresh+", ") })
	all := append(rest, fmt.Sprintf("fresh: %d more; send /ghauth status APP for one of them", len(lines)-len(rest)))
	return []string{cut(strings.Join(all, "\n"), limit)}
}

// fresh is what the tokens are called that need nothing.
const fresh = "fresh"

func noSuchApp(app string, all []holder) string {
	var names []string
	for _, h := range all {
		names = append(names, h.name)
	}
	return fmt.Sprintf("There is no app %s here. Known: %s.", cut(app, 40), strings.Join(names, ", "))
}

// line tells of one token: presence, freshness, age, life left and its head.
func (p Plugin) line(h holder) string {
	token, state, err := h.stored(p.Now())
	age, left := max(0, p.Now().Sub(token.CreatedAt)), max(0, token.ExpiresAt.Sub(p.Now()))
	const send = "send /ghauth refresh"
	say := string(state)
	switch {
	case state == refresh.Missing:
		return fmt.Sprintf("%s: missing: no token at %s: %s", h.name, p.tilde(h.file), send)
	case state == refresh.Invalid:
		return fmt.Sprintf("%s: invalid: %s: %s", h.name, strings.ReplaceAll(err.Error(), p.Home+"/", "~/"), send)
	case state == refresh.Superseded:
		say += " (it is of another App, installation or host: " + send + ")"
	case state == refresh.Expired:
		say += " (" + send + ")"
	case age > p.MaxTokenAge:
		say = fmt.Sprintf("stale (over %d minutes: is the timer running? %s)", int(p.MaxTokenAge.Minutes()), send)
	default:
		say = fresh // by the table's measure, which is the chat's
	}
	text := fmt.Sprintf("%s: %s, %s old, %s left, %s", h.name, say, span(age), span(left), token.Value)
	if len(token.Value) > 40 {
		// All tokens of the long form begin alike.
		text += " " + token.Value.Digest()
	}
	return text
}

// stored judges another tool's token by its age alone.
func (h holder) stored(now time.Time) (mint.Token, refresh.State, error) {
	if h.app != nil {
		token, state, err := h.app.Stored(now)
		return token.Token, state, err
	}
	token, err := refresh.ReadToken(h.file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return token, refresh.Missing, nil
	case err != nil:
		return token, refresh.Invalid, err
	case !token.ExpiresAt.After(now):
		return token, refresh.Expired, nil
	}
	return token, refresh.Fresh, nil
}

// span writes a duration in whole hours, minutes or seconds, at least two of them.
func span(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	}
	return fmt.Sprintf("%dh", int(d.Hours()))
}
