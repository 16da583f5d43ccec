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
	for _, err := range errs { // first: what is too long loses its end
		lines = append([]string{p.homely(err.Error()) + ": " + applyThere}, lines...)
	}
	if since, locked := refresh.LockedDown(p.dir()); locked {
		first := "locked down since " + since.UTC().Format(time.RFC3339) + ": no tokens until someone runs ghauth-provision resume"
		return first + "\n" + shorter(lines, MaxAnswer-len(first)-1), 0
	}
	known := p.Timer(ctx)
	if len(all)+len(errs) > 1 {
		known = known.about(app, all)
	}
	timer := strings.Join(known.lines(p.Now()), "\n")
	return shorter(lines, MaxAnswer-len(timer)-1) + "\n" + timer, 0
}

// fresh is what the tokens are called that need nothing.
const fresh = "fresh"

// maxNames bounds how many of the apps are named to who asked for none of them.
const maxNames = 8

// noSuchApp names the apps that there are, of many those that begin most alike.
func noSuchApp(app string, all []holder) string {
	var names []string
	for _, h := range all {
		names = append(names, cut(h.name, 40))
	}
	more := ""
	if over := len(names) - maxNames; over > 0 {
		slices.SortStableFunc(names, func(a, b string) int { return alike(b, app) - alike(a, app) })
		names, more = names[:maxNames], fmt.Sprintf(" and %d more", over)
	}
	return fmt.Sprintf("There is no app %s here. Known: %s%s.", cut(app, 40), strings.Join(names, ", "), more)
}

// alike counts the bytes that a and b begin with both.
func alike(a, b string) (n int) {
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// line tells of one token: presence, freshness, age, life left and its head.
func (p Plugin) line(h holder) string {
	token, state, err := h.stored(p.Now())
	age, left := max(0, p.Now().Sub(token.CreatedAt)), max(0, token.ExpiresAt.Sub(p.Now()))
	send := "send /ghauth refresh"
	if p.ScriptMissing() != "" {
		send = applyThere // it would say so, too
	}
	say := string(state)
	switch {
	case state == refresh.Missing:
		return fmt.Sprintf("%s: missing: no token at %s: %s", h.name, p.tilde(h.file), send)
	case state == refresh.Invalid:
		return fmt.Sprintf("%s: invalid: %s: %s", h.name, p.homely(err.Error()), send)
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
