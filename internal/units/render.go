package units

import (
	"bytes"
	"fmt"
	"text/template"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/envfile"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/templates"
)

type rendered struct {
	paths                         Paths
	apps                          []plan.File
	script, service, timer, table []byte
}

func render(s *spec.Spec, site Site) (rendered, error) {
	all, err := template.New("").Funcs(quoting).ParseFS(templates.Files, "*.tmpl")
	if err != nil {
		return rendered{}, err
	}
	r := rendered{paths: PathsOf(s, site.Executable)}
	timing := timingOf(s.Refresh)
	for _, t := range []struct {
		to   *[]byte
		name string
		data any
	}{
		{&r.script, "refresh.sh.tmpl", command{r.paths.Binary, s.Paths.ConfigDir, 0}},
		{&r.service, "refresh.service.tmpl", command{r.paths.Binary, s.Paths.ConfigDir, s.Refresh.Timeout + 30*time.Second}},
		{&r.timer, "refresh.timer.tmpl", timing},
		{&r.table, "takopi.toml.tmpl", tableOf(s, r.paths, site.Home)},
	} {
		if *t.to, err = execute(all, t.name, t.data); err != nil {
			return r, err
		}
	}
	for i, app := range s.Apps {
		files, err := appFiles(all, s, i, app)
		if err != nil {
			return r, err
		}
		r.apps = append(r.apps, files...)
	}
	return r, nil
}

// command is what the service and the script run.
type command struct {
	Binary, ConfigDir string
	RunLimit          time.Duration
}

// table is [plugins.ghauth].
type table struct {
	TokenEnvFile, RefreshScript string
	RunRefreshWith              []string
	MaxTokenAge, RefreshTimeout int // minutes, seconds
	AllowedUserIDs              []int64
}

func tableOf(s *spec.Spec, p Paths, home string) table {
	return table{
		TokenEnvFile:   tilde(AppFile(s.Paths.ConfigDir, "github-token", 0, "", ".env"), home),
		RefreshScript:  tilde(p.Script, home),
		RunRefreshWith: s.Takopi.RunRefreshWith,
		MaxTokenAge:    int(s.Takopi.MaxTokenAge.Minutes()),
		RefreshTimeout: int(s.Takopi.RefreshTimeout.Seconds()),
		AllowedUserIDs: s.Takopi.AllowedUserIDs,
	}
}

func appFiles(all *template.Template, s *spec.Spec, i int, app spec.App) ([]plan.File, error) {
	if app.InstallationID == 0 {
		return nil, fmt.Errorf("the id of app %s's installation %s is not known", app.Name, app.Installation)
	}
	file := appFile{Spec: s, App: app, LoginGH: s.GH.Enabled && i == 0}
	var files []plan.File
	for _, key := range KeysOf(s, i) {
		files = append(files, plan.File{Path: key.Managed, Kind: plan.Regular, Mode: 0o600, From: key.Source,
			Privacy: plan.Hidden, Secret: true, App: app.Name, Label: "private " + key.Label + " of app " + app.Name})
		if key.Next {
			file.NextKeyPath = key.Managed
		} else {
			file.KeyPath = key.Managed
		}
	}
	env, err := execute(all, "github-app.env.tmpl", file)
	if err != nil {
		return nil, err
	}
	if len(env) > envfile.MaxSize {
		return nil, fmt.Errorf("app %s has too much in repositories, permissions and paths: its env file would have %d bytes, and mint reads %d", app.Name, len(env), envfile.MaxSize)
	}
	return append(files, plan.File{
		Path: AppFile(s.Paths.ConfigDir, "github-app", i, app.Name, ".env"),
		Kind: plan.Regular, Mode: 0o600, Content: env, App: app.Name, Label: "app " + app.Name, AppIn: appIn,
	}), nil
}

// appIn gives the app that an app env file names, or nothing.
func appIn(env []byte) string {
	vars, err := envfile.Parse(env)
	if err != nil {
		return ""
	}
	return vars["GITHUB_APP_NAME"]
}

// appFile is what the app's env file is made from.
type appFile struct {
	*spec.Spec
	App                  spec.App
	KeyPath, NextKeyPath string
	LoginGH              bool
}

func execute(all *template.Template, name string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := all.ExecuteTemplate(&b, name, data); err != nil {
		return nil, fmt.Errorf("cannot render %s: %w", name, err)
	}
	return b.Bytes(), nil
}
