// Package plugin answers Takopi's /ghauth in the chat: help, flow, status and
// refresh, each as plain text that fits a message of any transport. It shows
// and triggers, and holds no credential of its own.
package plugin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/keycopy"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
)

// MaxAnswer bounds an answer, in bytes: Discord refuses messages of more than
// 2000 characters, Telegram those of more than 4096.
const MaxAnswer = 1900

// Plugin answers one request.
type Plugin struct {
	Request
	Home  string // paths below it are shown with ~
	Now   func() time.Time
	Wrong error                           // what is wrong with the table, if anything is
	Env   []string                        // for the refresh script
	Timer func(ctx context.Context) Timer // looks at the timer
}

// Answer carries out the request's words: a verb, and an app's name after status
// and refresh. The text is never empty, never longer than MaxAnswer, and holds no
// secret. status is the exit status that goes with it, 0 where all went well.
func (p Plugin) Answer(ctx context.Context) (text string, status int) {
	// What was in quotes may hold blanks, or nothing at all.
	words := strings.Fields(strings.Join(p.Words, " "))
	verb, app := "status", ""
	if len(words) > 0 {
		verb = strings.ToLower(words[0]) // a phone begins with a capital
	}
	if len(words) > 1 {
		app = words[1]
	}
	switch {
	case p.Wrong != nil && verb != "help" && verb != "flow":
		// Who may refresh is not known.
		text, status = p.wrong(), 65
	case !slices.Contains([]string{"help", "flow", "status", "refresh"}, verb):
		text, status = fmt.Sprintf("There is no /ghauth %s.\n\n%s", cut(mint.Redact(strings.Join(words, " ")), 40), help), 64
	case len(words) > 2 || app != "" && verb != "status" && verb != "refresh":
		text, status = "Too many words.\n\n"+help, 64
	case verb == "help":
		text = help
	case verb == "flow":
		text = p.flow()
	case verb == "status":
		text, status = p.status(ctx, p.chosen(app))
	default:
		text, status = p.refresh(ctx, p.chosen(app))
	}
	if p.Wrong != nil && status == 0 {
		text, status = p.wrong()+"\n\n"+text, 65
	}
	return fit(clean(text)), status
}

func (p Plugin) wrong() string {
	return p.Wrong.Error() + ": correct it in takopi.toml, or run `ghauth-provision apply` on the host."
}

const help = `/ghauth status [app]: is there a fresh GitHub token?
/ghauth refresh [app]: mint a new one now
/ghauth flow: how tokens get here
/ghauth help: this text

Without an app, that of this chat's project, or all of them; with all, all of them.`

// maxExposure bounds what flow tells of the apps' keys, in bytes.
const maxExposure = 700

func (p Plugin) flow() string {
	return fmt.Sprintf(`A GitHub App's private key on this host mints installation tokens, each good for one hour.

1. A systemd user timer, outside of Takopi, runs ghauth-provision mint every few minutes. It asks GitHub for a new token only when the old one has half of its life left.
2. %s A valid one is never replaced by nothing.
3. Agents call git and gh as usual. An environment variable is frozen when a program starts, a stored login is not.
4. /ghauth refresh runs %s, which does at once what the timer does later.

gh api user answers 403 for such a token: an App's installation is no user. gh auth status tells whether the login is good.

%s`,
		p.places(), p.tilde(p.RefreshScript), p.exposure())
}

// places says where tokens go.
func (p Plugin) places() string {
	apps, _ := refresh.Apps(p.dir())
	text := "The token goes to " + p.tilde(p.TokenEnvFile)
	if len(apps) > 1 {
		text = fmt.Sprintf("Each of the %d apps has a file for its token, the first of them %s", len(apps), p.tilde(p.TokenEnvFile))
	}
	if slices.ContainsFunc(apps, func(a refresh.App) bool { return a.GH }) {
		text += ", and gh's stored login has that token, too"
	}
	return text + "."
}

// exposure says where the apps' keys are, and who could read them.
func (p Plugin) exposure() string {
	apps, _ := refresh.Apps(p.dir())
	if len(apps) == 0 {
		return "No key is provisioned yet."
	}
	var lines []string
	for _, app := range apps {
		line := app.Name + ": " + app.Key.Exposure(p.tilde)
		if kept, copies := keycopy.OfApp(keycopy.Glance, p.Home, app, apps, p.Now()); len(copies) > 0 && kept.ID() == app.Key.ID() {
			line += "; but " + keycopy.Told(copies, p.tilde, keycopy.ThisUser)
		}
		lines = append(lines, line+".")
	}
	return clip(lines, 0, maxExposure, func(left int) string {
		return fmt.Sprintf("and %d more: see ghauth-provision status on the host", left)
	})
}

// homely shortens the paths below the home that stand in text.
func (p Plugin) homely(text string) string {
	if p.Home == "" {
		return text
	}
	return strings.ReplaceAll(text, p.Home+"/", "~/")
}

func (p Plugin) tilde(path string) string {
	if rest, ok := strings.CutPrefix(path, p.Home+"/"); ok && p.Home != "" {
		return "~/" + rest
	}
	return path
}
