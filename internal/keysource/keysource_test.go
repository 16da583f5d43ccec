package keysource

import (
	"reflect"
	"strings"
	"testing"
)

var sources = []Source{
	{File: "/k.pem"},
	{Command: []string{"/bin/sign", "it's", `"\é<&>$`}, PublicKey: "/k.pub"},
	{Vault: &Vault{Address: "https://v:8200", Mount: "transit", Key: "app", Version: 3, Namespace: "ns", CAFile: "/ca", TokenFile: "/t"}},
	{Vault: &Vault{Address: "https://v:8200", Mount: "transit", Key: "app", Version: 3, AppRole: &AppRole{"role", "/secret", "approle"}}},
	{Broker: "/run/b's.sock"},
}

func TestRoundTrip(t *testing.T) {
	for _, want := range sources {
		text := want.Encode()
		if strings.ContainsAny(text, "'\n") {
			t.Errorf("%s cannot stand in an env file", text)
		}
		got, err := Parse(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v, want %+v", text, got, err, want)
		}
		if got.IsZero() {
			t.Errorf("%s is zero", text)
		}
	}
}

// Two versions of a key in Vault are two sources, and a file is known by its content.
func TestID(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range sources[1:] {
		if id := s.ID(); len(id) != 16 || seen[id] || id != s.ID() {
			t.Errorf("%v has the id %q", s, id)
		}
		seen[s.ID()] = true
	}
	next := *sources[2].Vault
	next.Version++
	if seen[(Source{Vault: &next}).ID()] {
		t.Error("another version has the same id")
	}
	if got := sources[0].ID() + (Source{}).ID(); got != "" {
		t.Errorf("a file and nothing have the id %q", got)
	}
}

// What is not all there, or is more than one, is refused, and not shown.
func TestParseRefuses(t *testing.T) {
	const vault = `{"vault":{"address":"https://canary","mount":"transit","key":"app","version":1,"token_file":"/t"}}`
	if _, err := Parse(vault); err != nil {
		t.Fatal(err)
	}
	without := func(old, new string) string {
		text := strings.Replace(vault, old, new, 1)
		if text == vault {
			t.Fatalf("no %s", old)
		}
		return text
	}
	for _, text := range []string{
		"", "canary", "null", "{}", `"canary"`, `{"command":[]}`, `{"command":["canary"]}`, `{"command":"canary"}`, `{"public_key":"canary"}`,
		`{"file":"/canary","command":["/canary"]}`, `{"command":["/canary"]} x`, `{"command":["/canary"],"shell":true}`, `{"vault":{}}`,
		`{"broker":"canary"}`, `{"broker":""}`, `{"broker":"/canary","file":"/canary"}`,
		without("https://canary", ""), without("https://canary", "http://canary"), without("transit", ""), without("app", ""), without(`"version":1`, `"version":0`), without(`,"version":1`, ""),
		without(`"/t"`, `""`), without(`"token_file"`, `"approle":{"role_id":"r","secret_id_file":"/s","mount":"m"},"token_file"`),
		without(`"token_file":"/t"`, `"approle":{"role_id":"","secret_id_file":"/s","mount":"m"}`),
		without(`"token_file":"/t"`, `"approle":{"role_id":"r","secret_id_file":"","mount":"m"}`),
		without(`"token_file":"/t"`, `"approle":{"role_id":"r","secret_id_file":"/s","mount":""}`),
	} {
		if s, err := Parse(text); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %+v, %v", text, s, err)
		}
	}
}

// Each source is honest in one sentence: where the key is, and who gets at it.
func TestExposure(t *testing.T) {
	show := func(path string) string { return "<" + path + ">" }
	for i, want := range []string{
		"the key lies in </k.pem>, which root and whoever runs as this user, the agents included, can read and copy",
		"the key is wherever </bin/sign> has it, and whoever runs as this user, the agents included, can have it sign and may read all that it reads",
		"the key stays in Vault at https://v:8200 (transit/app, version 3), which gives it to nobody unless it was made exportable or may be backed up; whoever runs as this user, the agents included, can read </t> and sign with it as long as Vault lets that",
		"the key stays in Vault at https://v:8200 (transit/app, version 3), which gives it to nobody unless it was made exportable or may be backed up; whoever runs as this user, the agents included, can read </secret> and sign with it as long as Vault lets that",
		"the key is kept by another user of this system, the broker at </run/b's.sock>: whoever runs as this user, the agents included, can have tokens from it within its policy, and neither read the key nor sign with it",
	} {
		if got := sources[i].Exposure(show); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

func TestString(t *testing.T) {
	for i, want := range []string{"/k.pem", "the command /bin/sign", "transit/app, version 3, in the Vault at https://v:8200",
		"transit/app, version 3, in the Vault at https://v:8200", "the broker at /run/b's.sock"} {
		if got := sources[i].String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
