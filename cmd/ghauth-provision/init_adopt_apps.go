package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/envfile"
	"github.com/ghauth-provision/ghauth-provision/internal/githubhost"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
)

// apps gives the draft of each app, the first one first.
func (a *adoption) apps() []*draft { return append([]*draft{a.draft}, a.further...) }

// readApps reads the env file of every app that is here. None can be left out: mint
// would come upon its file, and whatever has refreshed its token till now will not.
func (a *adoption) readApps() error {
	first := units.AppFile(a.dir, "github-app", 0, "", ".env")
	vars, err := a.readEnv(first)
	if errors.Is(err, fs.ErrNotExist) {
		return &failure{exitBadSetup, "there is nothing to adopt: no " + a.tilde(first), "name the directory that has it: --config-dir DIR; or start anew: " + program + " init"}
	}
	if err == nil {
		a.values["app"], err = a.appOf(first, vars)
	}
	if err != nil {
		return err
	}
	maps.Copy(a.values["github"], a.githubOf(vars))
	if a.dir != filepath.Join(a.home, ".config/takopi") {
		a.set("paths", "config_dir", spec.Quote(a.tilde(a.dir)))
	}
	entries, err := os.ReadDir(a.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		rest, ok := strings.CutPrefix(entry.Name(), "github-app-")
		if name, isEnv := strings.CutSuffix(rest, ".env"); ok && isEnv {
			if err := a.readFurther(name, a.githubOf(vars)); err != nil {
				return err
			}
		}
	}
	return nil
}

// readFurther reads the env file of an app that is not the first, which is at github.
func (a *adoption) readFurther(name string, github map[string]string) error {
	file := units.AppFile(a.dir, "github-app", 1, name, ".env")
	vars, err := a.readEnv(file)
	if err != nil {
		return err
	}
	if !maps.Equal(a.githubOf(vars), github) {
		return &failure{exitBadInput, a.tilde(file) + " is of another GitHub than the first app's, and a spec has one", "move it away; another user of this host can have it"}
	}
	app, err := a.appOf(file, vars)
	if err != nil {
		return err
	}
	d := &draft{world: a.world, path: a.path, name: name, values: spec.Values{"app": app, "github": a.values["github"]}}
	if _, _, _, err := d.parse(); err != nil {
		return fmt.Errorf("%s: %w", a.tilde(file), err)
	}
	a.further = append(a.further, d)
	return nil
}

// readEnv reads an env file, as a shell would that knows HOME.
func (a *adoption) readEnv(file string) (map[string]string, error) {
	data, err := readFile(file, envfile.MaxSize)
	if err != nil {
		return nil, err
	}
	text := strings.NewReplacer("${HOME}", a.home, "$HOME", a.home).Replace(string(data))
	vars, err := envfile.Parse([]byte(text))
	if err != nil {
		return nil, &failure{exitBadInput, a.tilde(file) + ": " + err.Error(), "write it as NAME=value, one a line"}
	}
	return vars, nil
}

// appOf gives what the spec says of the app whose env file is file.
func (a *adoption) appOf(file string, vars map[string]string) (map[string]string, error) {
	app := map[string]string{}
	if vars["GITHUB_APP_CLIENT_ID"] != "" {
		app["client_id"] = spec.Quote(vars["GITHUB_APP_CLIENT_ID"])
	} else if app["app_id"] = vars["GITHUB_APP_ID"]; !isID(app["app_id"]) {
		return nil, &failure{exitBadInput, a.tilde(file) + " has no GITHUB_APP_ID that is a number", "it stands on the App's settings page"}
	}
	if app["installation_id"] = vars["GITHUB_APP_INSTALLATION_ID"]; !isID(app["installation_id"]) {
		return nil, &failure{exitBadInput, a.tilde(file) + " has no GITHUB_APP_INSTALLATION_ID that is a number", "it stands at the end of the installation's settings URL"}
	}
	key := cmp.Or(a.expand(vars["GITHUB_APP_PRIVATE_KEY_PATH"]), strings.TrimSuffix(file, ".env")+".pem")
	app["private_key"] = spec.Quote(a.tilde(key))
	return app, nil
}

// githubOf gives what the spec says of the GitHub that an env file is for.
func (a *adoption) githubOf(vars map[string]string) map[string]string {
	github := map[string]string{}
	host := cmp.Or(vars["GITHUB_HOST"], vars["GH_HOST"])
	api := strings.TrimRight(vars["GITHUB_API_URL"], "/")
	if host == "" && api != "" {
		host = githubhost.OfAPIURL(api)
	}
	if host != "" && host != "github.com" {
		github["host"] = spec.Quote(host)
	}
	if api != "" && api != githubhost.APIURL(cmp.Or(host, "github.com")) {
		github["api_url"] = spec.Quote(api)
	}
	if file := a.expand(vars["GITHUB_CA_FILE"]); file != "" {
		github["ca_file"] = spec.Quote(a.tilde(file))
	}
	return github
}
