package spec

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the reference page anew")

const page = "../../docs/spec.md"

func TestReference(t *testing.T) {
	want := Reference()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil || string(got) != want {
		t.Errorf("%s is not what the parser says (%v): go test ./internal/spec -update", page, err)
	}
	for _, word := range []string{"`installation_id`", "`renew_within`", "`allowed_user_ids`", "`trimspace`"} {
		if !strings.Contains(want, word) {
			t.Errorf("the page does not have %s", word)
		}
	}
}

// TestReferenceExample: what the page shows are specs.
func TestReferenceExample(t *testing.T) {
	examples := strings.Split(Reference(), "```hcl\n")[1:]
	for i, example := range examples {
		example, _, _ = strings.Cut(example, "```")
		s, err := Parse("x.hcl", []byte(example), Inputs{Home: "/h", Env: []string{"INSTALLATION_ID=7"}, Vars: map[string]string{"key": "~/k.pem"}})
		if err != nil {
			t.Errorf("%s: %v", example, err)
		} else if i == 0 && (s.Apps[0].InstallationID != 7 || s.Apps[0].PrivateKey != "/h/k.pem") {
			t.Errorf("%+v", s)
		}
	}
	if len(examples) == 0 {
		t.Error("no example")
	}
}

// TestDefaultsAreAsDocumented: a spec that writes each documented default out is
// the one that leaves them all out.
func TestDefaultsAreAsDocumented(t *testing.T) {
	p := &parser{in: Inputs{Home: "/h"}}
	var b strings.Builder
	for _, block := range p.blocks(p.defaults()) {
		b.WriteString(block.name + " {\n")
		for _, a := range block.attrs {
			if code(a.fallback) != a.fallback {
				b.WriteString("  " + a.name + " = " + a.fallback + "\n")
			}
		}
		b.WriteString("}\n")
	}
	short, err := Parse("x", []byte(minimal), Inputs{Home: "/h"})
	if err != nil {
		t.Fatal(err)
	}
	long, err := Parse("x", []byte(minimal+b.String()), Inputs{Home: "/h"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%+v", *long), fmt.Sprintf("%+v", *short); got != want {
		t.Errorf("with the documented defaults:\n%s\nwithout:\n%s", got, want)
	}
	if !strings.Contains(b.String(), "interval") || !strings.Contains(b.String(), "host") {
		t.Errorf("hardly any default was tried:\n%s", b.String())
	}
}
