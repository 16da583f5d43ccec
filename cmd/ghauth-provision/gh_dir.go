package main

import (
	"fmt"

	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
)

// otherGH tells that gh, as this shell starts it, does not look where it is kept
// logged in. That place is the spec's: a timer has another environment than a
// shell, and what one of them logs in to the other must be able to undo.
func (w *world) otherGH(s *spec.Spec) []string {
	here := refresh.GHConfigDir(w.env)
	if !s.GH.Enabled || w.root != "" || here == s.GH.ConfigDir {
		return nil
	}
	return []string{fmt.Sprintf("gh is kept logged in at %s, and here it looks in %s: let GH_CONFIG_DIR and gh { config_dir = … } of the spec agree",
		s.GH.ConfigDir, here)}
}
