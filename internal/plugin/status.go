package plugin

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
)

// A holder is an app with its token file.
type holder struct{ name, file string }

func (p Plugin) dir() string { return filepath.Dir(p.TokenEnvFile) }

// holders lists the apps provisioned beside the token file. Without any, the
// token file stands for itself: it may be another tool's.
func (p Plugin) holders() (all []holder, errs []error) {
	apps, errs := refresh.Apps(p.dir())
	known := false
	for _, a := range apps {
		all = append(all, holder{a.Name, a.TokenFile})
		known = known || a.TokenFile == p.TokenEnvFile
	}
	if !known {
		all = append([]holder{{"token", p.TokenEnvFile}}, all...)
	}
	return all, errs
}

func (p Plugin) status(app string) (string, int) {
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
	return strings.Join(lines, "\n"), 0
}

func noSuchApp(app string, all []holder) string {
	var names []string
	for _, h := range all {
		names = append(names, h.name)
	}
	return fmt.Sprintf("There is no app %s here. Known: %s.", cut(app, 40), strings.Join(names, ", "))
}

// line tells of one token: presence, freshness, age, life left and its head.
func (p Plugin) line(h holder) string {
	token, err := refresh.ReadToken(h.file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("%s: missing: no token at %s: send /ghauth refresh", h.name, p.tilde(h.file))
	case err != nil:
		return fmt.Sprintf("%s: unreadable: %s: send /ghauth refresh", h.name, strings.ReplaceAll(err.Error(), p.Home+"/", "~/"))
	}
	age, left := p.Now().Sub(token.CreatedAt), token.ExpiresAt.Sub(p.Now())
	text := fmt.Sprintf("%s: %s, %s old, %s left, %s", h.name, p.state(age, left), span(age), span(max(0, left)), token.Value)
	if strings.HasPrefix(token.Value.Prefix(), "ghs_") && len(token.Value) > 40 {
		// All tokens of the long form begin alike.
		text += " " + token.Value.Digest()
	}
	return text
}

func (p Plugin) state(age, left time.Duration) string {
	switch {
	case left <= 0:
		return "expired (send /ghauth refresh)"
	case age > p.MaxTokenAge:
		return fmt.Sprintf("stale (over %d minutes: is the timer running? send /ghauth refresh)", int(p.MaxTokenAge.Minutes()))
	}
	return "fresh"
}

// span writes a duration in minutes, or seconds below two of them.
func span(d time.Duration) string {
	if d < 2*time.Minute {
		return fmt.Sprintf("%ds", int(d.Seconds()))
	}
	return fmt.Sprintf("%dm", int(d.Minutes()))
}
