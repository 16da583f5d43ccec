package spec

import (
	"cmp"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

const minimal = `app "takopi" {
  app_id          = 123456
  installation_id = 987654
  private_key     = "~/keys/takopi.pem"
}
`

func TestParseFillsInDefaults(t *testing.T) {
	s, err := Parse("/etc/ghauth.hcl", []byte(minimal), Inputs{Home: "/home/u"})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Apps) != 1 {
		t.Fatalf("apps = %d, want 1", len(s.Apps))
	}
	if got, want := s.Apps[0], (App{Name: "takopi", AppID: 123456, InstallationID: 987654, PrivateKey: "/home/u/keys/takopi.pem"}); !reflect.DeepEqual(got, want) {
		t.Errorf("app = %+v, want %+v", got, want)
	}
	if got, want := s.GitHub, (GitHub{Host: "github.com", APIURL: "https://api.github.com"}); got != want {
		t.Errorf("github = %+v, want %+v", got, want)
	}
	if got, want := s.Paths, (Paths{"/home/u/.config/takopi", "/home/u/.local/bin", "/home/u/.config/systemd/user"}); got != want {
		t.Errorf("paths = %+v, want %+v", got, want)
	}
	if got, want := s.Refresh, (Refresh{5 * time.Minute, 30 * time.Minute, 90 * time.Second}); got != want {
		t.Errorf("refresh = %+v, want %+v", got, want)
	}
	tk := s.Takopi
	if !s.GH.Enabled || !s.GH.GitCredential || tk.Config != "/home/u/.takopi/takopi.toml" || tk.MaxTokenAge != 55*time.Minute || tk.RefreshTimeout != 30*time.Second ||
		len(tk.RunRefreshWith) != 0 || len(tk.AllowedUserIDs) != 0 {
		t.Errorf("gh = %+v, takopi = %+v", s.GH, tk)
	}
}

func TestParseTakesEveryAttribute(t *testing.T) {
	src := `
github {
  host    = "ghe.example.com"
  api_url = "https://ghe.example.com/api/v3/"
  ca_file = "ca.pem"
}
app "one" {
  client_id       = "Iv23liAbCdEf01234567"
  installation_id = "42"
  private_key     = "/k/one.pem"
}
app "two" {
  app_id       = 2
  installation = "octo-org/site"
  repositories = ["site", ".github"]
  permissions  = {
    contents = "write"
    issues   = "read"
  }
  key {
    file = "two.pem"
  }
  next_key {
    file = "~/three.pem"
  }
}
paths {
  config_dir = "~/c d/%é$"
  bin_dir    = "/opt/bin/"
  unit_dir   = "~"
}
refresh {
  interval     = "2s"
  renew_within = "59m55s"
  timeout      = "10s"
}
gh {
  enabled        = false
  git_credential = false
}
takopi {
  config           = "~/t.toml"
  max_token_age    = "1h"
  refresh_timeout  = "45s"
  run_refresh_with = ["sudo", "-n"]
  allowed_user_ids = [7, -8]
}
`
	s, err := Parse("/etc/x/ghauth.hcl", []byte(src), Inputs{Home: "/home/u"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.GitHub, (GitHub{"ghe.example.com", "https://ghe.example.com/api/v3", "/etc/x/ca.pem"}); got != want {
		t.Errorf("github = %+v, want %+v", got, want)
	}
	if got, want := s.Apps[0], (App{Name: "one", ClientID: "Iv23liAbCdEf01234567", InstallationID: 42, PrivateKey: "/k/one.pem"}); !reflect.DeepEqual(got, want) {
		t.Errorf("first app = %+v, want %+v", got, want)
	}
	if got, want := s.Apps[1], (App{Name: "two", AppID: 2, Installation: "octo-org/site", Repositories: []string{"site", ".github"},
		Permissions: map[string]string{"contents": "write", "issues": "read"}, PrivateKey: "/etc/x/two.pem", NextKey: "/home/u/three.pem"}); !reflect.DeepEqual(got, want) {
		t.Errorf("second app = %+v, want %+v", got, want)
	}
	if got, want := s.Paths, (Paths{"/home/u/c d/%é$", "/opt/bin", "/home/u"}); got != want {
		t.Errorf("paths = %+v, want %+v", got, want)
	}
	if got, want := s.Refresh, (Refresh{2 * time.Second, 59*time.Minute + 55*time.Second, 10 * time.Second}); got != want {
		t.Errorf("refresh = %+v, want %+v", got, want)
	}
	if s.GH.Enabled || s.GH.GitCredential || s.Takopi.MaxTokenAge != time.Hour || strings.Join(s.Takopi.RunRefreshWith, " ") != "sudo -n" || s.Takopi.AllowedUserIDs[1] != -8 {
		t.Errorf("gh = %+v, takopi = %+v", s.GH, s.Takopi)
	}
}

func TestAPIURLFollowsTheHost(t *testing.T) {
	for host, want := range map[string]string{
		"github.com":       "https://api.github.com",
		"octo.ghe.com":     "https://api.octo.ghe.com",
		"ghe.example.com":  "https://ghe.example.com/api/v3",
		"github.localhost": "http://api.github.localhost",
	} {
		s, err := Parse("x", []byte(`github { host = "`+host+"\" }\n"+minimal), Inputs{Home: "/h"})
		if err != nil {
			t.Errorf("%s: %v", host, err)
		} else if s.GitHub.APIURL != want {
			t.Errorf("%s: api_url = %q, want %q", host, s.GitHub.APIURL, want)
		}
	}
}

// Fault: bad-spec, spec-escapes
func TestParseFaults(t *testing.T) {
	app := func(line string) string { return strings.Replace(minimal, "}", line+"\n}", 1) }
	checkFaults(t, []fault{
		{"syntax", "app \"x\" {", "x.hcl line 1", "Unclosed configuration block"},
		{"empty", "", "x.hcl line 1", "No app"},
		{"the home for keys", minimal + "paths { config_dir = \"~\" }\n", "x.hcl line 6", "a directory for keys alone"},
		{"a quote for an env file", minimal + "github { ca_file = \"/o'clock\" }\n", "x.hcl line 6", "must not contain '"},
		{"unknown attribute", app("  colour = 1"), "x.hcl line 5", "colour"},
		{"did you mean", app("  client_ids = 1"), "x.hcl line 5", `Did you mean "client_id"?`},
		{"unknown block", minimal + "tako {}\n", "x.hcl line 6", `Did you mean "takopi"?`},
		{"duplicate attribute", app("  app_id = 2"), "x.hcl line 5", "Attribute redefined"},
		{"wrong type", strings.Replace(minimal, "123456", `"many"`, 1), "x.hcl line 2", "a number is required"},
		{"fraction", strings.Replace(minimal, "123456", "1.5", 1), "x.hcl line 2", "whole number"},
		{"huge number", strings.Replace(minimal, "123456", "1e300", 1), "x.hcl line 2", "whole number"},
		{"null", strings.Replace(minimal, "123456", "null", 1), "x.hcl line 2", "must not be null"},
		{"both issuers", app(`  client_id = "Iv1.x"`), "x.hcl line 5", "app_id is set too, at line 2: keep one of them"},
		{"no issuer", strings.Replace(minimal, "app_id          = 123456", "", 1), "x.hcl line 1", "Set app_id or client_id"},
		{"no installation", strings.Replace(minimal, "installation_id = 987654", "", 1), "x.hcl line 1", "Missing installation_id"},
		{"no key", strings.Replace(minimal, `private_key     = "~/keys/takopi.pem"`, "", 1), "x.hcl line 1", "Missing private_key"},
		{"bad name", strings.Replace(minimal, `"takopi"`, `"Tako pi"`, 1), "x.hcl line 1", "must begin with a-z"},
		{"two apps of a name", minimal + minimal, "x.hcl line 6", `There is an app "takopi" already, at line 1`},
		{"two blocks", minimal + "gh {}\ngh {}\n", "x.hcl line 7", "at line 6"},
		{"dot dot", strings.Replace(minimal, "~/keys", "~/../keys", 1), "x.hcl line 4", `".."`},
		{"NUL", strings.Replace(minimal, "~/keys", `\u0000`, 1), "x.hcl line 4", "control characters"},
		{"newline", strings.Replace(minimal, "~/keys", `\n`, 1), "x.hcl line 4", "control characters"},
		{"empty path", strings.Replace(minimal, "~/keys/takopi.pem", "", 1), "x.hcl line 4", "must not be empty"},
		{"other home", strings.Replace(minimal, "~/", "~bob/", 1), "x.hcl line 4", "another user's home"},
		{"quote in a unit's path", minimal + "paths { bin_dir = \"/a'b\" }\n", "x.hcl line 6", "systemd units cannot name"},
		{"http", minimal + "github { api_url = \"http://ghe.example.com\" }\n", "x.hcl line 6", "in the clear"},
		{"host of an API", minimal + "github { host = \"api.github.com\" }\n", "x.hcl line 6", "host is github.com;"},
		{"host of GHE.com's API", minimal + "github { host = \"api.octo.ghe.com\" }\n", "x.hcl line 6", "host is octo.ghe.com;"},
		{"host with scheme", minimal + "github { host = \"https://github.com\" }\n", "x.hcl line 6", "without https://"},
		{"user in URL", minimal + "github { api_url = \"https://u:canary@h/\" }\n", "x.hcl line 6", "must be a URL"},
		{"duration", minimal + "refresh { interval = \"soon\" }\n", "x.hcl line 6", "must be a duration"},
		{"sub-second", minimal + "refresh { interval = \"1500ms\" }\n", "x.hcl line 6", "multiple of 1s"},
		{"longer than a token's life", minimal + "refresh { renew_within = \"2h\" }\n", "x.hcl line 6", "must be from 1s to 59m59s"},
		{"null word", minimal + "takopi { run_refresh_with = [null] }\n", "x.hcl line 6", "must not hold null"},
		{"null id", minimal + "takopi { allowed_user_ids = [\n1,\nnull] }\n", "x.hcl line 8", "must not hold null"},
	})
}

// A fault is one that a spec has: where it is reported and how it is called.
type fault struct{ name, src, at, want string }

func checkFaults(t *testing.T, tests []fault) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("x.hcl", []byte(tt.src), Inputs{Home: "/home/u"})
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("error = %v, want an *Error", err)
			}
			if msg := strings.Join(strings.Fields(err.Error()), " "); !strings.Contains(msg, tt.want) || !strings.Contains(msg, tt.at) {
				t.Errorf("error = %s\nwant %q at %q", msg, tt.want, tt.at)
			}
		})
	}
}

// Fault: bad-spec
func TestParseReportsEveryFaultInOnePass(t *testing.T) {
	src := `app "a" {
  app_id = "x"
  colour = 1
}
refresh { interval = "1ms" }
`
	_, err := Parse("x.hcl", []byte(src), Inputs{Home: "/h"})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"line 2", "line 3", "line 5", "Missing installation_id", "Missing private_key"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q:\n%s", want, err)
		}
	}
	if strings.Contains(err.Error(), "Missing app_id") {
		t.Errorf("a wrong app_id is called missing as well:\n%s", err)
	}
}

func TestParseTooLarge(t *testing.T) {
	if _, err := Parse("x", make([]byte, MaxSize+1), Inputs{Home: "/h"}); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Errorf("error = %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(minimal))
	f.Add([]byte(with(`next_key { file = "n" }` + "\nrepositories = [\"a\"]\npermissions = { a = \"read\" }")))
	f.Add([]byte(byName("octo/site")))
	f.Add([]byte("github { host = \"x\" }\nrefresh { interval = \"1s\" }"))
	f.Fuzz(func(t *testing.T, src []byte) {
		s, err := Parse("/d/x.hcl", src, Inputs{Home: "/home/u"})
		if (s == nil) == (err == nil) {
			t.Fatalf("spec = %v, error = %v", s, err)
		}
		if err != nil {
			_ = err.Error()
			return
		}
		a := s.Apps[0]
		if (a.InstallationID == 0) == (a.Installation == "") || (a.AppID == 0) == (a.ClientID == "") || len(a.Repositories) > maxRepositories ||
			a.Repositories != nil && len(a.Repositories) == 0 || a.Permissions != nil && len(a.Permissions) == 0 {
			t.Errorf("app %+v", a)
		}
		for _, path := range []string{s.Paths.ConfigDir, s.Paths.BinDir, s.Paths.UnitDir, s.Takopi.Config, a.PrivateKey, cmp.Or(a.NextKey, "/none")} {
			if !strings.HasPrefix(path, "/") || strings.Contains(path, "/../") {
				t.Errorf("path %q is not absolute and clean", path)
			}
		}
	})
}
