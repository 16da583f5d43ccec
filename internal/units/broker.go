package units

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"text/template"

	"github.com/ghauth-provision/ghauth-provision/internal/broker"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/templates"
)

// Where the broker's files are, which are the system's.
const (
	BrokerDir     = "/etc/ghauth-provision"
	BrokerConfig  = BrokerDir + "/broker.json"
	BrokerService = broker.Unit + ".service"
	BrokerSocket  = broker.Unit + ".socket"
)

// brokerPaths stand for the spec's own, which are a user's.
var brokerPaths = spec.Paths{ConfigDir: BrokerDir, BinDir: "/usr/local/bin", UnitDir: "/etc/systemd/system"}

// Credential gives where the encrypted credential of a name is.
func Credential(name string) string { return filepath.Join(BrokerDir, name+".cred") }

// A SealedKey is a key of an app's that a broker has as a credential.
type SealedKey struct{ Name, Source, Label string }

// SealedKeys gives the keys of an app that a broker is to have.
func SealedKeys(app spec.App) []SealedKey {
	keys := []SealedKey{{app.Name, app.PrivateKey, "key"}}
	if app.NextKey != "" {
		keys = append(keys, SealedKey{broker.NextCredential(app.Name), app.NextKey, "next key"})
	}
	return keys
}

// AsBroker gives s with the paths that the broker's set-up has.
func AsBroker(s *spec.Spec) *spec.Spec {
	as := *s
	as.Paths = brokerPaths
	return &as
}

// BrokerNothing is the desired state of a system without a broker.
func BrokerNothing() plan.State {
	return plan.State{System: true, Manifest: filepath.Join(BrokerDir, plan.ManifestName),
		Files: []plan.File{{Path: filepath.Join(BrokerDir, ".ghauth.lock"), Kind: plan.Minted, Label: "lock", Privacy: plan.Hidden}}}
}

// BrokerWatched is a state that asks for nothing and has the broker's units looked at.
func BrokerWatched() plan.State {
	s := BrokerNothing()
	s.Units = []plan.Unit{{Name: BrokerService, Path: brokerUnit(BrokerService)}, {Name: BrokerSocket, Path: brokerUnit(BrokerSocket), Start: true}}
	return s
}

func brokerUnit(name string) string { return filepath.Join(brokerPaths.UnitDir, name) }

// Broker gives the desired state of the system for a spec with AsBroker's paths. uids
// are those of the clients, by name.
func Broker(s *spec.Spec, executable string, uids map[string]uint32) (plan.State, error) {
	config, err := brokerConfig(s, uids)
	if err != nil {
		return plan.State{}, err
	}
	paths := PathsOf(s, executable)
	service, socket, err := brokerUnits(s, paths.Binary)
	if err != nil {
		return plan.State{}, err
	}
	state := BrokerNothing()
	state.Files = append(state.Files, plan.File{Path: filepath.Join(BrokerDir, "lockdown"), Kind: plan.Minted, Label: "lockdown", Privacy: plan.Hidden})
	for _, dir := range []string{BrokerDir, brokerPaths.BinDir, brokerPaths.UnitDir} {
		state.Files = append(state.Files, plan.File{Path: dir, Kind: plan.Directory, NewMode: 0o755})
	}
	reads := []string{BrokerConfig}
	if filepath.Dir(paths.Binary) == brokerPaths.BinDir {
		state.Files = append(state.Files, plan.File{Path: paths.Binary, Kind: plan.Regular, Mode: 0o755, From: executable, Privacy: plan.Hidden, Label: "the binary"})
		reads = append(reads, paths.Binary)
	}
	for _, app := range s.Apps {
		for _, key := range SealedKeys(app) {
			state.Files = append(state.Files, plan.File{Path: Credential(key.Name), Kind: plan.Regular, Mode: 0o600, From: key.Source, Seal: key.Name,
				Privacy: plan.Hidden, Secret: true, App: app.Name, Label: "encrypted " + key.Label + " of app " + app.Name})
			reads = append(reads, Credential(key.Name))
		}
	}
	state.Files = append(state.Files,
		plan.File{Path: BrokerConfig, Kind: plan.Regular, Mode: 0o644, Content: config, Label: "the broker's policy"},
		plan.File{Path: brokerUnit(BrokerService), Kind: plan.Regular, Mode: 0o644, Content: service, Label: "broker service", Unit: BrokerService},
		plan.File{Path: brokerUnit(BrokerSocket), Kind: plan.Regular, Mode: 0o644, Content: socket, Label: "broker socket", Unit: BrokerSocket})
	state.Units = BrokerWatched().Units
	state.Units[0].Reads = reads
	return state, nil
}

// brokerConfig writes the policy.
func brokerConfig(s *spec.Spec, uids map[string]uint32) ([]byte, error) {
	c := broker.Config{Version: 1}
	for _, app := range s.Apps {
		if app.InstallationID == 0 {
			return nil, fmt.Errorf("the id of app %s's installation %s is not known", app.Name, app.Installation)
		}
		c.Apps = append(c.Apps, broker.App{Name: app.Name, Issuer: cmp.Or(app.ClientID, strconv.FormatInt(app.AppID, 10)),
			InstallationID: app.InstallationID, APIURL: s.GitHub.APIURL, CAFile: s.GitHub.CAFile, NextKey: app.NextKey != ""})
	}
	for _, client := range s.Broker.Clients {
		c.Clients = append(c.Clients, broker.Client{UID: uids[client.User], PerMinute: int(client.PerMinute), Grants: grants(s, client)})
	}
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return nil, err
	}
	if _, err := broker.ParseConfig(text); err != nil {
		return nil, fmt.Errorf("the broker would not take its policy: %w", err)
	}
	return append(text, '\n'), nil
}

// grants gives what a client may have: of each app what the client's block says, else
// the app's own.
func grants(s *spec.Spec, client spec.BrokerClient) (all []broker.Grant) {
	for _, app := range s.Apps {
		if client.Apps != nil && !slices.Contains(client.Apps, app.Name) {
			continue
		}
		g := broker.Grant{App: app.Name, Repositories: client.Repositories, Permissions: client.Permissions}
		if g.Repositories == nil {
			g.Repositories = app.Repositories
		}
		if g.Permissions == nil {
			g.Permissions = app.Permissions
		}
		all = append(all, g)
	}
	return all
}

// A credential is what LoadCredentialEncrypted= names.
type credential struct{ Name, Path string }

func brokerUnits(s *spec.Spec, binary string) (service, socket []byte, err error) {
	all, err := template.New("").Funcs(quoting).ParseFS(templates.Files, "*.tmpl")
	if err != nil {
		return nil, nil, err
	}
	var credentials []credential
	for _, app := range s.Apps {
		for _, key := range SealedKeys(app) {
			credentials = append(credentials, credential{key.Name, Credential(key.Name)})
		}
	}
	owner := ""
	if len(s.Broker.Clients) == 1 {
		owner = s.Broker.Clients[0].User
	}
	service, err = execute(all, "broker.service.tmpl", struct {
		Binary, Config string
		Credentials    []credential
	}{binary, BrokerConfig, credentials})
	if err != nil {
		return nil, nil, err
	}
	socket, err = execute(all, "broker.socket.tmpl", struct{ Socket, Owner string }{s.Broker.Socket, owner})
	return service, socket, err
}
