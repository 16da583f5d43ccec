package refresh

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// Foreign reports whether something stands at the path of a token file that no mint
// of ours has written. A mint will replace it. Of one that cannot be read nobody
// knows.
func Foreign(tokenFile string) bool {
	s, err := readToken(tokenFile)
	return !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) && s.source == ""
}

// GHStranger tells as whom the gh that keeps its logins in dir is logged in to host,
// if that login is not what a mint has given it by the stamp of the token file. A
// mint will replace it. The name may be unknown. It starts no program.
func GHStranger(host, tokenFile, dir string) (user string, found bool) {
	hosts, err := readGH(filepath.Join(dir, "hosts.yml"))
	if err != nil {
		return "", false
	}
	login := ghLogin(string(hosts), host)
	if login == nil {
		return "", false
	}
	stamp := readStamp(GHStamp(tokenFile))
	ours := stamp.token == mint.Secret(login["oauth_token"]).SHA256() && stamp.host == host
	return login["user"], !ours
}

// ghLogin reads what gh's hosts.yml says of host, nil if nothing. gh writes plain
// YAML: a host on a line of its own, and its values below it, those of its active
// account the least indented.
func ghLogin(hosts, host string) (login map[string]string) {
	indent := ""
	for line := range strings.Lines(hosts) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		at := line[:len(line)-len(strings.TrimLeft(line, " "))]
		switch {
		case key == "" || strings.HasPrefix(key, "#"):
		case at == "" && login != nil:
			return login
		case at == "" && unquoteYAML(key) == host:
			login = map[string]string{}
		case at != "" && login != nil:
			if indent == "" {
				indent = at
			}
			if at == indent {
				login[key] = unquoteYAML(value)
			}
		}
	}
	return login
}

// ghTokens reads the tokens that gh's hosts.yml has for host, by account. That of
// the active account stands without a name, too; before gh 2.40 it alone.
func ghTokens(hosts, host string) map[string]string {
	tokens := map[string]string{}
	if active, ok := ghLogin(hosts, host)["oauth_token"]; ok {
		tokens[""] = active
	}
	var top, users, account string
	for line := range strings.Lines(hosts) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch indent := len(line) - len(strings.TrimLeft(line, " ")); {
		case key == "":
		case indent == 0:
			top, users = unquoteYAML(key), ""
		case top != host:
		case key == "users":
			users, account = line[:indent], ""
		case users == "":
		case indent <= len(users):
			users = ""
		case key == "oauth_token" && account != "":
			tokens[account] = unquoteYAML(value)
		case value == "":
			account = unquoteYAML(key)
		}
	}
	return tokens
}

func unquoteYAML(s string) string { return strings.Trim(strings.TrimSpace(s), `"'`) }
