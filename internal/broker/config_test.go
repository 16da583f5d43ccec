package broker

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestConfigRoundTrip(t *testing.T) {
	text, err := json.Marshal(policy())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ParseConfig(text); err != nil || !reflect.DeepEqual(got, policy()) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestConfigsThatAreNotValid(t *testing.T) {
	for _, test := range []struct {
		want string
		edit func(*Config)
	}{
		{"version 2 is not 1", func(c *Config) { c.Version = 2 }},
		{"apps: none is named", func(c *Config) { c.Apps = nil }},
		{"apps[0]: name, issuer", func(c *Config) { c.Apps[0].Name = "../x" }},
		{"apps[0]: name, issuer", func(c *Config) { c.Apps[0].Issuer = "" }},
		{"apps[0]: name, issuer", func(c *Config) { c.Apps[0].InstallationID = 0 }},
		{"apps[0]: name, issuer", func(c *Config) { c.Apps[0].APIURL = "" }},
		{"apps[1]: a second takopi", func(c *Config) { c.Apps[1].Name = "takopi" }},
		{"clients: there have to be 1 to 64", func(c *Config) { c.Clients = nil }},
		{"clients: there have to be 1 to 64", func(c *Config) { c.Clients = make([]Client, 65) }},
		{"clients[1]: a second uid 1000", func(c *Config) { c.Clients[1].UID = 1000 }},
		{"clients[0]: uid 65534 is nobody's", func(c *Config) { c.Clients[0].UID = overflowUID }},
		{"clients[0]: per_minute", func(c *Config) { c.Clients[0].PerMinute = 0 }},
		{"clients[0]: per_minute", func(c *Config) { c.Clients[0].PerMinute = maxRate + 1 }},
		{`clients[0]: grants[0]: there is no app "x"`, func(c *Config) { c.Clients[0].Grants[0].App = "x" }},
		{"clients[0]: grants[1]: a second one of takopi", func(c *Config) { c.Clients[0].Grants = append(c.Clients[0].Grants, Grant{App: "takopi"}) }},
		{"clients[0]: grants[0]: a permission", func(c *Config) { c.Clients[0].Grants[0].Permissions["x"] = "all" }},
		{"clients[0]: grants[0]: a repository's name", func(c *Config) { c.Clients[0].Grants[0].Repositories[0] = "o/r" }},
	} {
		c := policy()
		test.edit(&c)
		text, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseConfig(text); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
	for _, text := range []string{"", "{}", `{"version":1,"x":1}`, `{"version":1}{}`,
		// Nothing by mistake is not everything.
		`{"version":1,"apps":[{"name":"a","issuer":"1","installation_id":1,"api_url":"https://x"}],"clients":[{"uid":1,"per_minute":1,"grants":[{"app":"a","repositories":[]}]}]}`,
	} {
		if _, err := ParseConfig([]byte(text)); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
}
