package spec

import (
	"reflect"
	"strings"
	"testing"
)

func brokerSpec(block string) (*Spec, error) {
	return Parse("x.hcl", []byte(minimal+block), Inputs{Home: "/h"})
}

func TestBroker(t *testing.T) {
	s, err := brokerSpec(`
broker {
  client "takopi" {}
  client "build" {
    apps         = ["takopi"]
    repositories = ["site"]
    permissions  = { contents = "read" }
    per_minute   = 5
  }
}
`)
	if err != nil {
		t.Fatal(err)
	}
	want := Broker{Socket: "/run/ghauth-provision/broker.sock", Clients: []BrokerClient{
		{User: "takopi", PerMinute: 30},
		{User: "build", Apps: []string{"takopi"}, Repositories: []string{"site"}, Permissions: map[string]string{"contents": "read"}, PerMinute: 5},
	}}
	if !reflect.DeepEqual(s.Broker, want) {
		t.Errorf("got %+v, want %+v", s.Broker, want)
	}
}

func TestBrokersThatAreNotValid(t *testing.T) {
	for block, want := range map[string]string{
		`broker { socket = "/tmp/x" }`:                                "must be a path below /run",
		`broker { socket = "/run/../tmp/x" }`:                         "must be a path below /run",
		`broker { socket = "/run/a b" }`:                              "must be a path below /run",
		`broker { socket = "/run/` + strings.Repeat("a", 103) + `" }`: "must be a path below /run",
		"broker {\nclient {}\n}":                                      "Missing USER for client",
		"broker {\nclient \"a b\" {}\n}":                              `"a b" is no user's name`,
		"broker {\nclient \"a\" {}\nclient \"a\" {}\n}":               `There is a client "a" already`,
		"broker {\nclient \"a\" {\napps = [\"x\"]\n}\n}":              `There is no app "x" in this spec`,
		"broker {\nclient \"a\" {\napps = []\n}\n}":                   "apps must name an app",
		"broker {\nclient \"a\" {\nrepositories = []\n}\n}":           "must name from 1",
		"broker {\nclient \"a\" {\nper_minute = 0\n}\n}":              "per_minute must be",
	} {
		if _, err := brokerSpec(block); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", block, err, want)
		}
	}
}
