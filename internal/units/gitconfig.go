package units

import (
	"fmt"
	"path/filepath"

	"github.com/ghauth-provision/ghauth-provision/internal/gitconfig"
	"github.com/ghauth-provision/ghauth-provision/internal/githubhost"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
)

// gitConfig gives git's configuration, in which the binary is to be the credential
// helper for the host's repositories.
func gitConfig(s *spec.Spec, binary string, site Site) plan.File {
	helper := gitconfig.Helper{URL: githubhost.URL(s.GitHub.Host), Program: binary}
	usual := filepath.Join(site.Home, ".config/takopi")
	if s.Paths.ConfigDir != usual {
		helper.ConfigDir = s.Paths.ConfigDir
	}
	return plan.File{
		Path: site.GitConfig, Kind: plan.Regular, NewMode: 0o644, Privacy: plan.OwnLines, Own: helper.Owns, Label: "git's credential helper",
		Edit: func(before []byte) ([]byte, error) {
			after, err := helper.Set(before)
			if err != nil {
				err = fmt.Errorf("%s: %w", site.GitConfig, err)
			}
			return after, err
		},
		Owner: func(content []byte) string {
			dir, ok := gitconfig.Find(content, helper.URL)
			if ok && dir == "" {
				return usual
			}
			return dir
		},
		Remedy: "move it away, or let the spec say: gh { git_credential = false }",
		Keys:   []string{gitconfig.Key(helper.URL)},
	}
}
