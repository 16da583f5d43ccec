package main

import (
	"fmt"

	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
)

// retired finds the apps that an earlier apply has provisioned and that the spec
// no longer has. It refuses a spec in which an app would take the files of
// another: its key would be overwritten, which GitHub cannot give out again.
func retired(s *spec.Spec) (gone []units.Retired, err error) {
	dir := s.Paths.ConfigDir
	wanted := map[string]string{} // names by env file
	for i, app := range s.Apps {
		wanted[units.AppFile(dir, "github-app", i, app.Name, ".env")] = app.Name
	}
	apps, _ := refresh.Apps(dir) // what is not valid is written anew, or is no app's
	for _, app := range apps {
		name, ok := wanted[app.File]
		switch {
		case !ok:
			gone = append(gone, units.Retired{Name: app.Name, EnvFile: app.File})
		case name != app.Name:
			return nil, &failure{exitBadInput,
				fmt.Sprintf("app %q would take the files of app %q, its key too: the first app of a spec owns the plain file names, and on this host that is %q", name, app.Name, app.Name),
				fmt.Sprintf("let app %q stand first, or destroy what the old spec made before you apply the new one", app.Name)}
		}
	}
	return gone, nil
}
