package units

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) {
	testhost.Main()
	os.Exit(m.Run())
}

const fourLines = `app "takopi" {
  app_id          = 123456
  installation_id = 987654
  private_key     = "~/keys/takopi.pem"
}
`

// specs are the golden tests' specs. An installation that goes by its name has the
// id 77.
var specs = map[string]string{
	"four-lines": fourLines,
	"three-apps": fourLines + `
app "work" {
  client_id       = "Iv23liAbCdEf01234567"
  installation_id = 2
  private_key     = "~/keys/work.pem"
}
app "a_b-3" {
  app_id          = 9007199254740991
  installation_id = 3
  private_key     = "/srv/keys/3.pem"
}
paths { config_dir = "/srv/ghauth/config" }
`,
	"narrowed": fourLines + `
app "next" {
  app_id       = 2
  installation = "octo-org/site"
  repositories = ["site", ".github"]
  permissions = {
    pull_requests = "read"
    contents      = "write"
  }
  key { file = "~/keys/old.pem" }
  next_key { file = "~/keys/new.pem" }
}
`,
	"signers": `
app "hsm" {
  app_id          = 1
  installation_id = 11
  key {
    command    = ["/opt/it's here/sign", "$HOME \\ é", "<&>"]
    public_key = "~/keys/hsm.pub"
  }
  next_key {
    vault {
      address   = "https://vault.example.com:8200/"
      mount     = "team/transit"
      key       = "hsm"
      version   = 3
      namespace = "ns"
      ca_file   = "~/it's a ca.pem"
      approle {
        role_id        = "role"
        secret_id_file = "~/.secret"
      }
    }
  }
}
app "vaulted" {
  app_id          = 2
  installation_id = 12
  key {
    vault {
      address    = "http://127.0.0.1:8200"
      key        = "app"
      version    = 1
      token_file = "~/.vault-token"
    }
  }
  next_key { file = "~/keys/new.pem" }
}
`,
	"enterprise": fourLines + `
github {
  host    = "github.example.com"
  ca_file = "~/certs/own ca.pem"
}
gh { enabled = false }
refresh {
  interval     = "7m"
  renew_within = "25m"
  timeout      = "3m"
}
`,
	"takopi": fourLines + `
takopi {
  config           = "~/dotfiles/takopi.toml"
  max_token_age    = "45m"
  refresh_timeout  = "90s"
  run_refresh_with = ["sudo", "-n", "-u", "a,b \"<&>\" \\ é"]
  allowed_user_ids = [1, -2, 9007199254740991]
}
`,
}

func parse(t *testing.T, home, src string) *spec.Spec {
	t.Helper()
	s, err := spec.Parse("ghauth.hcl", []byte(src), spec.Inputs{Home: home})
	if err != nil {
		t.Fatal(err)
	}
	for i := range s.Apps {
		if s.Apps[i].InstallationID == 0 {
			s.Apps[i].InstallationID = 77
		}
	}
	return s
}

// site is a home where the rendered table is all that is ever in takopi.toml.
func site(home string) Site {
	return Site{
		Home: home, UID: 1000, Executable: home + "/Downloads/ghauth-provision", GitConfig: home + "/.gitconfig",
		Edit: func(_, table []byte) ([]byte, error) { return table, nil },
	}
}

func desired(t *testing.T, home, src string) plan.State {
	t.Helper()
	state, err := Desired(parse(t, home, src), site(home))
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// contentOf gives what a desired file is to hold.
func contentOf(t *testing.T, f plan.File) string {
	t.Helper()
	if f.Edit == nil {
		return string(f.Content)
	}
	content, err := f.Edit(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// golden compares got with a golden file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s\nIf that is right, run: go test ./internal/units -update", path, got, want)
	}
}

func TestDesired(t *testing.T) {
	t.Parallel()
	for name, src := range specs {
		golden(t, name, describe(t, desired(t, "/home/u", src)))
	}
}

// describe writes a state down, each file with its privacy and its content.
func describe(t *testing.T, state plan.State) string {
	t.Helper()
	var b strings.Builder
	for _, f := range state.Files {
		fmt.Fprintf(&b, "== %s%s %s: %s\n", modeOf(f), f.Kind, f.Path, f.Label)
		if f.Privacy != plan.Shown {
			fmt.Fprintf(&b, "privacy: %s\n", map[plan.Privacy]string{plan.OwnLines: "own lines", plan.Hidden: "hidden"}[f.Privacy])
		}
		if f.From != "" {
			fmt.Fprintf(&b, "from: %s\n", f.From)
		}
		if f.Undo != "" {
			fmt.Fprintf(&b, "first: %s\n", f.Undo)
		}
		if f.IfNew {
			b.WriteString("only where it is new\n")
		}
		if f.Secret || f.App != "" || f.Unit != "" || f.Keys != nil {
			fmt.Fprintf(&b, "secret: %v, app: %s, unit: %s, keys: %q\n", f.Secret, f.App, f.Unit, f.Keys)
		}
		b.WriteString(contentOf(t, f))
	}
	for _, u := range state.Units {
		fmt.Fprintf(&b, "== unit %s in %s, start: %v\n", u.Name, u.Path, u.Start)
	}
	fmt.Fprintf(&b, "== linger %q, uid %d, manifest %s\n", state.Linger, state.UID, state.Manifest)
	return b.String()
}

// modeOf gives a file's mode, or in brackets that of a new one.
func modeOf(f plan.File) string {
	switch {
	case f.Kind == plan.Minted:
		return ""
	case f.Mode == 0:
		return fmt.Sprintf("(%04o) ", f.NewMode)
	}
	return fmt.Sprintf("%04o ", f.Mode)
}
