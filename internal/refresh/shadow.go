package refresh

import (
	"slices"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/githubhost"
)

// Shadow names the variable of env that gh takes before its stored login for
// host, "" if there is none (`gh help environment`).
func Shadow(host string, env []string) string {
	names := []string{"GH_TOKEN", "GITHUB_TOKEN"}
	if githubhost.Enterprise(host) {
		names = []string{"GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"}
	}
	for _, name := range names {
		if slices.ContainsFunc(env, func(v string) bool { return strings.HasPrefix(v, name+"=") && len(v) > len(name)+1 }) {
			return name
		}
	}
	return ""
}
