package units

import (
	"reflect"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/broker"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
)

const brokerSpec = `
app "takopi" {
  app_id          = 1
  installation_id = 2
  private_key     = "/keys/takopi.pem"
  repositories    = ["site", "docs"]
  permissions     = { contents = "write" }
}
app "work" {
  client_id       = "Iv23"
  installation_id = 3
  private_key     = "/keys/work.pem"
}
broker {
  client "agent" {}
  client "build" {
    apps         = ["takopi"]
    repositories = ["site"]
    per_minute   = 2
  }
}
`

func brokerState(t *testing.T, executable string) plan.State {
	t.Helper()
	s, err := spec.Parse("x.hcl", []byte(brokerSpec), spec.Inputs{Home: "/home/u"})
	if err != nil {
		t.Fatal(err)
	}
	state, err := Broker(AsBroker(s), executable, map[string]uint32{"agent": 1000, "build": 1001})
	if err != nil {
		t.Fatal(err)
	}
	return state
}

func TestBrokerPolicy(t *testing.T) {
	got, err := broker.ParseConfig(fileAt(t, brokerState(t, "/srv/x"), BrokerConfig).Content)
	if err != nil {
		t.Fatal(err)
	}
	write := map[string]string{"contents": "write"}
	want := broker.Config{Version: 1,
		Apps: []broker.App{{Name: "takopi", Issuer: "1", InstallationID: 2, APIURL: "https://api.github.com"}, {Name: "work", Issuer: "Iv23", InstallationID: 3, APIURL: "https://api.github.com"}},
		Clients: []broker.Client{
			{UID: 1000, PerMinute: 30, Grants: []broker.Grant{{App: "takopi", Repositories: []string{"site", "docs"}, Permissions: write}, {App: "work"}}},
			{UID: 1001, PerMinute: 2, Grants: []broker.Grant{{App: "takopi", Repositories: []string{"site"}, Permissions: write}}},
		}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// Every key comes encrypted, and the unit names it; nothing else holds one.
func TestBrokerKeys(t *testing.T) {
	s := brokerState(t, "/srv/x")
	service := string(fileAt(t, s, "/etc/systemd/system/"+BrokerService).Content)
	for _, app := range []string{"takopi", "work"} {
		f := fileAt(t, s, "/etc/ghauth-provision/"+app+".cred")
		if f.From != "/keys/"+app+".pem" || f.Seal != app || f.Mode != 0o600 || !f.Secret || f.Privacy != plan.Hidden {
			t.Errorf("%s: %+v", app, f)
		}
		if line := "LoadCredentialEncrypted=" + app + ":" + f.Path + "\n"; !strings.Contains(service, line) {
			t.Errorf("the service has no %s", line)
		}
	}
	for _, f := range s.Files {
		if f.From != "" && f.Seal == "" && f.Label != "the binary" {
			t.Errorf("%s is a copy of %s", f.Path, f.From)
		}
	}
}

// The socket of several is open to all: the broker tells them apart.
func TestBrokerSocketMode(t *testing.T) {
	several := string(fileAt(t, brokerState(t, "/srv/x"), "/etc/systemd/system/"+BrokerSocket).Content)
	if !strings.Contains(several, "SocketMode=0666") || strings.Contains(several, "SocketUser") {
		t.Errorf("the socket of two users:\n%s", several)
	}
}

// A binary of a package's is used where it is; ours is copied, and stays wherever it
// is run from.
func TestBrokerBinary(t *testing.T) {
	for executable, copied := range map[string]bool{"/srv/x": true, "/usr/local/bin/ghauth-provision": true, "/usr/bin/ghauth-provision": false} {
		s := brokerState(t, executable)
		found := false
		for _, f := range s.Files {
			found = found || f.Label == "the binary" && f.From == executable
		}
		if found != copied {
			t.Errorf("run from %s: copied is %v", executable, found)
		}
	}
}
