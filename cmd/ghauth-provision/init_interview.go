package main

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
)

// checkTime bounds one look at GitHub between two questions.
const checkTime = 20 * time.Second

// An interview asks on a terminal for what the draft does not say, and GitHub whether
// each answer is right.
type interview struct {
	*draft
	ctx    context.Context
	asked  []string // the attributes that were asked for, and can be again
	issuer string
	key    *rsa.PrivateKey
	client *mint.Client
}

// interview ends where the answers do: what is open then stays so.
func (d *draft) interview(ctx context.Context) error {
	i := &interview{draft: d, ctx: ctx}
	err := i.run()
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (i *interview) run() error {
	for {
		if err := i.identity(); err != nil {
			return err
		}
		if i.issuer == "" || i.key == nil {
			return i.installationByHand()
		}
		app, err := i.lookUp()
		switch {
		case err == nil:
			return i.installation(app)
		case mint.IsTemporary(err):
			i.tell(err)
			i.say("so it is not checked")
			return i.installationByHand()
		case len(i.asked) == 0:
			return err
		}
		i.tell(err)
		i.forget()
	}
}

// identity asks which App, and for its key.
func (i *interview) identity() error {
	if err := i.askIssuer(); err != nil {
		return err
	}
	return i.askKey()
}

var clientIDForm = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

func (i *interview) askIssuer() error {
	app := i.values["app"]
	for app["app_id"] == "" && app["client_id"] == "" {
		answer, err := i.question("App id or client id, on the App's settings page (empty: later)")
		switch {
		case err != nil || answer == "":
			return err
		case isID(answer):
			i.answer("app_id", answer)
		case clientIDForm.MatchString(answer):
			i.answer("client_id", spec.Quote(answer))
		default:
			i.say("that is neither a number nor a client id: %q", answer)
		}
	}
	return nil
}

func (i *interview) answer(attr, value string) {
	i.values["app"][attr] = value
	i.asked = append(i.asked, attr)
}

// forget takes back what was answered.
func (i *interview) forget() {
	for _, attr := range i.asked {
		delete(i.values["app"], attr)
	}
	i.asked, i.issuer, i.key = nil, "", nil
}

// askKey asks for the key's file until there is a key in it.
func (i *interview) askKey() error {
	for {
		given := i.values["app"]["private_key"] != ""
		if !given {
			answer, err := i.question("The .pem file that GitHub gave you (empty: later)")
			if err != nil || answer == "" {
				return errors.Join(err, i.settle())
			}
			path, err := i.fullPath(unquotedPath(answer))
			if err != nil {
				return err
			}
			i.answer("private_key", spec.Quote(i.tilde(path)))
		}
		err := i.settle()
		if err == nil || given {
			return err
		}
		if _, unread := errors.AsType[*fs.PathError](err); unread {
			i.say("%v", err) // its remedy is for those who have a spec: here, it is the next question
		} else {
			i.tell(err)
		}
		delete(i.values["app"], "private_key")
		i.asked = slices.DeleteFunc(i.asked, func(attr string) bool { return attr == "private_key" })
	}
}

// unquotedPath gives the path that was meant: a file that is dragged into a terminal
// comes there as a shell would have it, in quotes or with its spaces escaped.
func unquotedPath(answer string) string {
	for _, quote := range []string{"'", `"`} {
		if inner, ok := strings.CutPrefix(answer, quote); ok && strings.HasSuffix(inner, quote) {
			return strings.TrimSuffix(inner, quote)
		}
	}
	return strings.ReplaceAll(answer, `\ `, " ")
}

// fullPath writes out a path that was typed here: in a spec a relative one starts
// at the spec.
func (w *world) fullPath(path string) (string, error) {
	for _, home := range []string{"~/", "$HOME/"} {
		if rest, ok := strings.CutPrefix(path, home); ok {
			return filepath.Join(w.getenv("HOME"), rest), nil
		}
	}
	return filepath.Abs(path)
}

// settle takes up what the draft says so far.
func (i *interview) settle() error {
	s, _, _, err := i.parse()
	if err != nil {
		return err
	}
	app := s.Apps[0]
	if i.issuer = app.ClientID; i.values["app"]["app_id"] != "" {
		i.issuer = strconv.FormatInt(app.AppID, 10)
	}
	if i.values["app"]["private_key"] == "" {
		return nil
	}
	if i.key, err = mint.LoadKeyFile(app.PrivateKey); err != nil {
		return err
	}
	i.client, err = mint.NewClient(s.GitHub.APIURL, s.GitHub.CAFile, versionString(), i.now)
	return err
}

// lookUp asks GitHub whether the key is the App's.
func (i *interview) lookUp() (app mint.AppInfo, err error) {
	ctx, cancel := context.WithTimeout(i.ctx, checkTime)
	defer cancel()
	i.slow("asking GitHub for the App", func() { app, err = i.client.App(ctx, i.issuer, i.key) })
	if err == nil {
		i.say("the key fits: GitHub knows the App as %s (id %d) of %s", app.Slug, app.ID, app.Owner)
	}
	return app, err
}

// granted writes permissions as people read them.
func granted(permissions map[string]string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(permissions)) {
		all = append(all, name+" "+permissions[name])
	}
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, ", ")
}

// installationByHand asks for what GitHub was not asked for.
func (i *interview) installationByHand() error {
	app := i.values["app"]
	for app["installation_id"] == "" && app["installation"] == "" {
		answer, err := i.question("The account that the App is installed on, or the installation's id (empty: later)")
		if err != nil || answer == "" {
			return err
		}
		if err := i.take(answer); err != nil {
			i.tell(err)
		}
	}
	return nil
}

// take has an answer be the installation, if it can be one.
func (i *interview) take(answer string) error {
	app := i.values["app"]
	if isID(answer) {
		app["installation_id"] = answer
		return nil
	}
	app["installation"] = spec.Quote(answer)
	_, _, _, err := i.parse()
	if err != nil {
		delete(app, "installation")
		return &failure{exitUsage, fmt.Sprintf("that is neither a number nor an account: %q", answer), ""}
	}
	return nil
}
