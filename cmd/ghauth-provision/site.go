package main

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/takopi"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
	"github.com/urfave/cli/v2"
)

const specName = "ghauth.hcl"

// loadSpec reads and checks the spec. Its path comes back absolute.
func (w *world) loadSpec(c *cli.Context) (s *spec.Spec, path string, err error) {
	vars, err := varsOf(c)
	if err != nil {
		return nil, "", err
	}
	path, src, err := w.readSpec(c.String("spec"))
	if err != nil {
		return nil, "", err
	}
	home, err := w.namedHome()
	if err != nil {
		return nil, "", err
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, "", err
	}
	w.detail("the spec is %s", path)
	s, err = spec.Parse(path, src, spec.Inputs{Home: home, Vars: vars, Env: w.env, ReadFile: func(path string) ([]byte, error) {
		return readFile(path, spec.MaxSize)
	}})
	if w.secret = s; err == nil {
		findCommands(s)
	}
	return s, path, err
}

// takeFile has a file that is named as an argument be the spec.
func takeFile(c *cli.Context) error {
	switch {
	case !c.Args().Present():
		return nil
	case c.Args().Len() > 1 || c.String("spec") != "":
		return usage(c.Command.Name+" takes one spec", "see "+c.Command.HelpName+" --help")
	}
	return c.Set("spec", c.Args().First())
}

// varsOf reads the flags --var NAME=VALUE.
func varsOf(c *cli.Context) (map[string]string, error) {
	vars := map[string]string{}
	for _, v := range c.StringSlice("var") {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return nil, usage("--var takes NAME=VALUE", "for example: --var app_id=123456")
		}
		vars[name] = value
	}
	return vars, nil
}

// readSpec reads the spec named by the flag, or the first of the usual places.
func (w *world) readSpec(flag string) (path string, src []byte, err error) {
	if path, err = w.findSpec(flag); err != nil {
		return "", nil, err
	}
	if src, err = readFile(path, spec.MaxSize); err != nil {
		err = &failure{exitBadInput, "the spec cannot be read: " + err.Error(), "name it: --spec FILE, or write one: " + program + " init"}
	}
	return path, src, err
}

func (w *world) findSpec(flag string) (string, error) {
	switch {
	case flag != "":
		return flag, nil
	case exists(specName):
		return specName, nil
	}
	home, err := w.namedHome()
	if err != nil {
		return "", err
	}
	fallback := filepath.Join(home, ".config/takopi", specName)
	if exists(fallback) {
		return fallback, nil
	}
	return "", &noSpecError{failure{exitUsage, fmt.Sprintf("there is no spec: neither %s here nor %s", specName, w.tilde(fallback)),
		"write one: " + program + " init; or name it: --spec FILE"}}
}

// noSpecError says that there is no spec in the usual places.
type noSpecError struct{ failure }

func (e *noSpecError) Unwrap() error { return &e.failure }

// namedHome gives the home directory as the environment has it, once it is fit to
// stand in a unit. It need not be the user's own: a container for checks may have
// another, and nothing of it is touched.
func (w *world) namedHome() (string, error) {
	home := w.getenv("HOME")
	bad := func(reason, remedy string) error { return &failure{exitBadSetup, reason, remedy} }
	switch {
	case home == "":
		return "", bad("HOME is not set", "set it to your home directory")
	case !filepath.IsAbs(home):
		return "", bad("HOME is not an absolute path: "+strconv.Quote(home), "set it to your home directory")
	case strings.ContainsFunc(home, func(r rune) bool { return strings.ContainsRune("\"'\\", r) || r < ' ' || r == 0x7f }):
		return "", bad("HOME holds a quote, a backslash or a control character, which systemd units cannot name: "+strconv.Quote(home), "use another home directory")
	}
	return filepath.Clean(home), nil
}

// home gives the home directory, once it is known to be the user's own, too.
func (w *world) home() (string, error) {
	home, err := w.namedHome()
	if err != nil || w.root != "" {
		return home, err // the image has a passwd(5) of its own
	}
	if own := passwdHome(w.uid); own != "" && own != home && !sameFile(own, home) {
		return "", &failure{exitBadSetup, fmt.Sprintf("HOME is %s, but passwd(5) says that yours is %s", home, own), "log in as the user whose host this is, or run: HOME=" + own + " " + program + " …"}
	}
	return home, nil
}

// passwdHome gives the user's home as passwd(5) has it, or nothing for a user
// that is not in there.
func passwdHome(uid int) string {
	u, err := user.LookupId(strconv.Itoa(uid))
	if err != nil || u.HomeDir == "" {
		return ""
	}
	return filepath.Clean(u.HomeDir)
}

func sameFile(a, b string) bool {
	ia, errA := os.Stat(a)
	ib, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(ia, ib)
}

// site is where s is applied: this user's home, by this binary.
func (w *world) site() (units.Site, error) {
	if w.uid == 0 {
		return units.Site{}, errRoot
	}
	home, err := w.home()
	if err != nil {
		return units.Site{}, err
	}
	exe, err := os.Executable()
	if err != nil {
		return units.Site{}, fmt.Errorf("the running binary cannot be found: %w", err)
	}
	site := units.Site{
		Home: home, UID: w.uid, Executable: exe,
		Edit: func(before, table []byte) ([]byte, error) {
			return takopi.Set(before, table, takopi.EqualBelow(home))
		},
		TokenFile: func(src []byte) string {
			return takopi.TokenFile(src, home)
		},
		Watches: takopi.Watches,
		Keys:    ownKeys{}, GitConfig: w.gitConfig(home), Still: w.root != "",
	}
	return site, nil
}

// siteOfSpec is the site, with what depends on the key directory of s.
func (w *world) siteOfSpec(s *spec.Spec) (units.Site, error) {
	site, err := w.site()
	if err == nil {
		site.LockedDown = w.lockedDown(s)
		w.offerPlugin(&site, s.Paths.ConfigDir)
	}
	return site, err
}

// runtimeDir is $XDG_RUNTIME_DIR, or where systemd-logind puts it for a shell
// that su or cron began without it (pam_systemd(8)).
func (w *world) runtimeDir() string {
	if dir := w.getenv("XDG_RUNTIME_DIR"); dir != "" {
		return dir
	}
	dir := fmt.Sprintf("/run/user/%d", w.uid)
	if _, err := os.Stat(dir); err != nil {
		return ""
	}
	return dir
}
