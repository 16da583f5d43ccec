package spec

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// names gives n repository names in HCL.
func names(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%q, ", fmt.Sprint("r", i))
	}
	return b.String()
}

// with gives the minimal spec with more in its app, from line 5 on.
func with(lines string) string { return strings.Replace(minimal, "}", lines+"\n}", 1) }

// byName gives the minimal spec with its installation by name, in line 3.
func byName(name string) string {
	return strings.Replace(minimal, "installation_id = 987654", "installation = "+Quote(name), 1)
}

func TestInstallationNames(t *testing.T) {
	for _, name := range []string{"octo-org", "o", "Octo_acme", "old-name-", strings.Repeat("a", 39), "octo/site", "octo/.github", "octo/" + strings.Repeat("r", 100), "octo/a..b"} {
		if s, err := Parse("x", []byte(byName(name)), Inputs{Home: "/h"}); err != nil || s.Apps[0].Installation != name || s.Apps[0].InstallationID != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, want := range map[string]string{
		"":                                 "must not be empty",
		"-octo":                            "must be an account's name",
		"octo org":                         "must be an account's name",
		"https://github.com/octo":          "must be an account's name",
		"../octo":                          "must be an account's name",
		"octo?":                            "must be an account's name",
		strings.Repeat("a", 40):            "must be an account's name",
		"octo/":                            "must be a repository's name",
		"octo/site/x":                      "must be an account's name",
		"octo/..":                          "must be a repository's name",
		"octo/a b":                         "must be a repository's name",
		"octo/site.git":                    "without .git",
		"octo/" + strings.Repeat("r", 101): "must be a repository's name",
	} {
		_, err := Parse("x", []byte(byName(name)), Inputs{Home: "/h"})
		if text := fmt.Sprint(err); !strings.Contains(text, want) || !strings.Contains(text, "on x line 3") {
			t.Errorf("%q: %v, want %q at line 3", name, err, want)
		}
	}
}

func TestGrantFaults(t *testing.T) {
	checkFaults(t, []fault{
		{"both installations", with(`installation = "octo"`), "x.hcl line 5", "installation_id is set too, at line 3: keep one of them"},
		{"no repositories", with(`repositories = []`), "x.hcl line 5", "from 1 to 500 repositories; leave it out for all"},
		{"too many", with("repositories = [" + names(501) + "]"), "x.hcl line 5", "from 1 to 500"},
		{"with owner", with("repositories = [\n\"site\",\n\"octo/docs\",\n]"), "x.hcl line 7", "without its owner: write what comes after the /"},
		{"computed", with("repositories = concat([\"site\"],\n[\"octo/docs\"])"), "x.hcl line 5", "without its owner"},
		{"twice", with("repositories = [\n\"site\",\n\"docs\",\n\"SITE\"\n]"), "x.hcl line 8", "each repository once"},
		{"null entry", with("repositories = [\n\"site\",\nnull,\n]"), "x.hcl line 7", "must not hold null"},
		{"not a list", with(`repositories = "site"`), "x.hcl line 5", "list of string required"},
		{"quote", with(`repositories = ["o'clock"]`), "x.hcl line 5", "must be a repository's name"},
		{"no permissions", with(`permissions = {}`), "x.hcl line 5", "leave it out for all"},
		{"level", with("permissions = {\ncontents = \"write\"\nissues = \"all\"\n}"), "x.hcl line 7", "read, write, admin"},
		{"long permission", with("permissions = {\ncontents = \"write\"\n" + strings.Repeat("a", 101) + " = \"read\"\n}"), "x.hcl line 7", `such as "pull_requests"`},
		{"null level", with("permissions = {\ncontents = \"write\"\nissues = null\n}"), "x.hcl line 7", "read, write, admin"},
		{"permission", with("permissions = {\ncontents = \"write\"\npull-requests = \"read\"\n}"), "x.hcl line 7", `such as "pull_requests"`},
	})
	most, err := Parse("x", []byte(with("repositories = ["+names(500)+"]")), Inputs{Home: "/h"})
	if err != nil || len(most.Apps[0].Repositories) != 500 {
		t.Errorf("500 repositories: %v", err)
	}
}

func TestKeyFaults(t *testing.T) {
	keyless := strings.Replace(minimal, `private_key     = "~/keys/takopi.pem"`, "", 1)
	in := func(block string) string { return strings.Replace(keyless, "\n}", "\n"+block+"\n}", 1) }
	checkFaults(t, []fault{
		{"both forms", with("key { file = \"/k.pem\" }"), "x.hcl line 5", "private_key is set too, at line 4"},
		{"both forms of the next", with("next_key = \"/k\"\nnext_key { file = \"/k\" }"), "x.hcl line 6", "next_key is set already, at line 5"},
		{"two keys", in("key { file = \"/k\" }\nkey { file = \"/l\" }"), "x.hcl line 6", "key is set already, at line 5"},
		{"no source", in("key {}"), "x.hcl line 5", "Missing file"},
		{"unknown source", in("key { fil = \"/k\" }"), "x.hcl line 5", `Did you mean "file"?`},
		{"key as an attribute", in(`key = "/k"`), "x.hcl line 5", "define a block"},
		{"the same key twice", with(`next_key = "/home/u/keys/takopi.pem"`), "x.hcl line 5", "the same file as private_key"},
		{"the same key twice, in a block", with(`next_key { file = "~/keys//takopi.pem" }`), "x.hcl line 5", "the same file as private_key"},
	})
	s, err := Parse("x", []byte(in("key { file = \"/k\" }\nnext_key = \"/l\"")), Inputs{Home: "/h"})
	if err != nil || s.Apps[0].PrivateKey != "/k" || s.Apps[0].NextKey != "/l" {
		t.Errorf("%+v, %v", s, err)
	}
}

// TestGrantFromVariables: one spec for many hosts.
func TestGrantFromVariables(t *testing.T) {
	src := with("repositories = var.r\npermissions = var.p") + `
variable "r" { default = ["a"] }
variable "p" { default = { contents = "read" } }
`
	in := Inputs{Home: "/h", Vars: map[string]string{"r": `["b", "c"]`, "p": `{ issues = "write" }`}}
	s, err := Parse("x", []byte(src), in)
	if err != nil {
		t.Fatal(err)
	}
	if a := s.Apps[0]; !slices.Equal(a.Repositories, []string{"b", "c"}) || !reflect.DeepEqual(a.Permissions, map[string]string{"issues": "write"}) {
		t.Errorf("%+v", a)
	}
}
