package spec

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestStarter(t *testing.T) {
	src := Starter("takopi", Values{"app": {"app_id": "1", "installation_id": "2", "private_key": Quote(`~/a "b" ${c}.pem`)}})
	s, err := Parse("/d/x.hcl", src, Inputs{Home: "/h"})
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	if got, want := s.Apps[0].PrivateKey, `/h/a "b" ${c}.pem`; got != want {
		t.Errorf("private_key = %q, want %q", got, want)
	}
	if got, err := Format("x", src); err != nil || string(got) != string(src) {
		t.Errorf("the starter is not formatted: %v\n%s", err, got)
	}
	if !strings.Contains(string(src), "\n  # repositories: The only") || !strings.Contains(string(src), "\n  # client_id: The App's") {
		t.Errorf("the starter does not tell of what an app may have besides:\n%s", src)
	}
	// What is commented out may be put back, and changes nothing.
	var all strings.Builder
	for line := range strings.Lines(string(src)) {
		if rest, ok := strings.CutPrefix(line, "# "); ok && (strings.ContainsAny(rest, "{}=") || strings.HasPrefix(rest, " ")) {
			line = rest
		}
		all.WriteString(line)
	}
	full, err := Parse("/d/x.hcl", []byte(all.String()), Inputs{Home: "/h"})
	if err != nil {
		t.Fatalf("%v\n%s", err, &all)
	}
	if got, want := fmt.Sprintf("%+v", *full), fmt.Sprintf("%+v", *s); got != want {
		t.Errorf("with every default written out: %s, want %s", got, want)
	}
	if !strings.Contains(all.String(), "\n  interval") {
		t.Errorf("nothing was put back:\n%s", &all)
	}
}

func TestStarterWithMore(t *testing.T) {
	src := Starter("takopi", Values{"app": {"app_id": "1", "installation": Quote("octo-org"), "private_key": Quote("k")},
		"github": {"host": Quote("ghe.example.com"), "ca_file": Quote("ca.pem")}, "refresh": {"interval": Quote("10m")}})
	s, err := Parse("/d/x.hcl", src, Inputs{Home: "/h"})
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	if s.GitHub.Host != "ghe.example.com" || s.GitHub.CAFile != "/d/ca.pem" || s.Refresh.Interval != 10*time.Minute || s.Refresh.Timeout != 90*time.Second {
		t.Errorf("it says %+v\n%s", s, src)
	}
	if !strings.Contains(string(src), "\n  # timeout ") {
		t.Errorf("it does not tell of what the block may have besides:\n%s", src)
	}
	if got, err := Format("x", src); err != nil || string(got) != string(src) {
		t.Errorf("it is not formatted: %v\n%s", err, got)
	}
}

func TestFormat(t *testing.T) {
	got, err := Format("x", []byte("app \"a\" {\napp_id=1\n  private_key   = \"k\"\n}\n"))
	if want := "app \"a\" {\n  app_id      = 1\n  private_key = \"k\"\n}\n"; err != nil || string(got) != want {
		t.Errorf("Format() = %q, %v, want %q", got, err, want)
	}
	if _, err := Format("x.hcl", []byte("app {")); err == nil || !strings.Contains(err.Error(), "x.hcl line 1") {
		t.Errorf("Format of a fault: %v", err)
	}
}
