package refresh

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/atomicfile"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// GHStamp names the file beside a token file that keeps what gh was last given, so
// that a run which was cut off between the token file and gh is repaired by the
// next one, and that what we brought gh to can be undone.
func GHStamp(tokenFile string) string { return strings.TrimSuffix(tokenFile, ".env") + ".gh" }

// A ghStamp says what gh has of us. It is written before gh is run, and after.
type ghStamp struct {
	token  string // SHA-256 of what gh was given
	host   string
	state  string // telling, then told
	config string // of gh's config.yml, as below
	dir    string // where gh keeps its login
}

const (
	telling = "telling"
	told    = "told"

	// What a ghStamp says of gh's config.yml: it stood there before us, or gh is
	// making it. Else it is the SHA-256 of what gh has made.
	configStood = "-"
	configNew   = "new"
)

func (s ghStamp) text() string {
	return fmt.Sprintf("%s %s %s %s %s\n", s.token, s.host, s.state, s.config, s.dir)
}

func (s ghStamp) write(path string) error {
	return atomicfile.WritePrivate(path, []byte(s.text()), 0o600)
}

// readStamp reads a stamp; what is none is an empty one.
func readStamp(path string) (s ghStamp) {
	data, _, err := readSmall(path)
	fields := strings.SplitN(strings.TrimSuffix(string(data), "\n"), " ", 5)
	if err != nil || len(fields) != 5 || !filepath.IsAbs(fields[4]) {
		return s
	}
	return ghStamp{fields[0], fields[1], fields[2], fields[3], fields[4]}
}

// toldGH reports whether gh was last given token, and has not been made to
// forget it since, as by `gh auth logout`. It starts no program.
func toldGH(app App, token mint.Secret, env []string) bool {
	dir := app.ghDir(env)
	s := readStamp(GHStamp(app.TokenFile))
	if s.token != token.SHA256() || s.host != app.Host || s.state != told || s.dir != dir {
		return false
	}
	hosts, err := readGH(filepath.Join(dir, "hosts.yml"))
	if errors.Is(err, errAbsent) {
		return false
	}
	if err != nil {
		return true // what gh keeps cannot be looked into: the stamp counts
	}
	login := ghLogin(string(hosts), app.Host)
	active, kept := login["oauth_token"] // that of the active account; a keyring has none here
	return login != nil && (!kept || active == token.Reveal())
}

// GHHas reports whether gh, with the environment env, has token for the app's
// host. It starts no program.
func (a App) GHHas(token mint.Secret, env []string) bool { return toldGH(a, token, env) }

// ghDir is where gh keeps this app's login: where the spec said, whatever the
// environment is, which a timer has another of than a shell.
func (a App) ghDir(env []string) string {
	if a.GHDir != "" {
		return a.GHDir
	}
	return GHConfigDir(env)
}

// tellingGH gives the stamp for the time that gh takes to log in.
func tellingGH(app App, token mint.Secret, dir string) ghStamp {
	s := ghStamp{token.SHA256(), app.Host, telling, configStood, dir}
	if before := readStamp(GHStamp(app.TokenFile)); before.dir == dir {
		s.config = before.config
	}
	if _, err := hashOfConfig(dir); errors.Is(err, errAbsent) {
		s.config = configNew
	}
	return s
}

// toldNow gives the stamp for when gh has logged in.
func (s ghStamp) toldNow() ghStamp {
	s.state = told
	if s.config == configNew {
		if sum, err := hashOfConfig(s.dir); err == nil {
			s.config = sum
		}
	}
	return s
}

// asGHMade reports whether gh's config.yml is as gh has made it because of us.
func (s ghStamp) asGHMade(dir string) bool {
	sum, err := hashOfConfig(dir)
	return err == nil && s.dir == dir && (s.config == sum || s.config == configNew)
}

func hashOfConfig(dir string) (string, error) {
	data, _, err := readSmall(filepath.Join(dir, "config.yml"))
	return mint.Secret(data).SHA256(), err
}
