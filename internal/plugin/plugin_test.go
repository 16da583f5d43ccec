package plugin

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var now = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// newPlugin gives a plugin in a home of its own.
func newPlugin(t *testing.T) Plugin {
	t.Helper()
	home := t.TempDir()
	req, err := ReadRequest(strings.NewReader(""), home)
	if err != nil {
		t.Fatal(err)
	}
	return Plugin{Request: req, Home: home, Now: func() time.Time { return now }, Env: os.Environ(),
		Timer: func(context.Context) Timer { return Timer{Active: true, Next: now.Add(3 * time.Minute)} }}
}

// say has p answer some words.
func say(t *testing.T, p Plugin, words ...string) (string, int) {
	t.Helper()
	p.Words = words
	return p.Answer(t.Context())
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func tokenFile(created, expires time.Time) string {
	return "GITHUB_TOKEN=ghs_0123456789abcdef\nGITHUB_TOKEN_CREATED_AT=" + created.Format(time.RFC3339) +
		"\nGITHUB_TOKEN_EXPIRES_AT=" + expires.Format(time.RFC3339) + "\n"
}

func TestStatus(t *testing.T) {
	ago := func(d time.Duration) string { return tokenFile(now.Add(-d), now.Add(time.Hour-d)) }
	for _, tt := range []struct{ name, file, want string }{
		{"fresh", ago(10 * time.Minute), "token: fresh, 10m old, 50m left, ghs_0123…"},
		{"at the limit", ago(55 * time.Minute), "token: fresh, 55m old, 5m left, ghs_0123…"},
		{"stale", ago(55*time.Minute + time.Second), "token: stale (over 55 minutes: is the timer running? send /ghauth refresh), 55m old, 4m left, ghs_0123…"},
		{"expired", ago(time.Hour), "token: expired (send /ghauth refresh), 60m old, 0s left, ghs_0123…"},
		{"no token in it", "# empty\n", "token: invalid: ~/.config/takopi/github-token.env holds no GITHUB_TOKEN: send /ghauth refresh"},
		{"garbage", "GITHUB_TOKEN='ghs_canary\n", "token: invalid: ~/.config/takopi/github-token.env: line 1: the value of GITHUB_TOKEN has no closing quote: send /ghauth refresh"},
	} {
		p := newPlugin(t)
		write(t, p.TokenEnvFile, tt.file, 0o600)
		write(t, p.RefreshScript, "", 0o755)
		if got, status := say(t, p, "status"); got != tt.want+"\ntimer: next run in 3m" || status != 0 {
			t.Errorf("%s: %q, %d, want %q", tt.name, got, status, tt.want)
		}
	}
}

// TestStatusWithoutScript: nobody is sent to a refresh that cannot be.
func TestStatusWithoutScript(t *testing.T) {
	got, _ := say(t, newPlugin(t), "status")
	if want := "token: missing: no token at ~/.config/takopi/github-token.env: run `ghauth-provision apply` on the host\n"; !strings.HasPrefix(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestLongTokens: all tokens of the long form of an app begin alike, so a
// digest stands beside the prefix.
func TestLongTokens(t *testing.T) {
	p := newPlugin(t)
	write(t, p.TokenEnvFile, "GITHUB_TOKEN=ghs_1234_"+strings.Repeat("eyJ0", 50)+".a.b\n", 0o600)
	p.Now = time.Now
	got, _ := say(t, p)
	if !strings.Contains(got, "ghs_1234… ") || strings.Contains(got, "eyJ0") || len(got) > 110 {
		t.Errorf("status = %q", got)
	}
}

func TestRefresh(t *testing.T) {
	for _, tt := range []struct {
		name, script string
		with         []string
		want         string
		status       int
	}{
		{"good", "#!/bin/sh\necho \"did $*\"\n", nil, "Refreshed.\ndid", 0},
		{"with words before", "#!/bin/sh\necho did\n", []string{"env"}, "Refreshed.\ndid", 0},
		{"that leaves a child behind", "#!/bin/sh\nsleep 30 &\necho did\n", nil, "Refreshed.\ndid", 0},
		{"a path that is no program", "#!/bin/sh\n", []string{"/no/such"}, "/no/such is not installed: correct run_refresh_with", 78},
		{"a word that is no program", "#!/bin/sh\n", []string{"no-such-program"}, "no-such-program is not installed: correct run_refresh_with", 78},
		{"a directory", "#!/bin/sh\n", []string{"/"}, "/ is not a program: correct run_refresh_with", 78},
		{"a file that is no program", "#!/bin/sh\n", []string{"/etc/passwd"}, "/etc/passwd is not a program: correct run_refresh_with", 78},
		{"an empty word", "#!/bin/sh\n", []string{""}, "the first word of run_refresh_with is empty: correct run_refresh_with", 78},
		{"refused by GitHub", "#!/bin/sh\necho why >&2; exit 77\n", nil, "Refresh failed with status 77.\nwhy", 77},
		{"without gh", "#!/bin/sh\nexit 72\n", nil, "Refreshed, but gh could not be logged in.", 72},
		{"killed", "#!/bin/sh\nkill -9 $$\n", nil, "Refresh failed: signal: killed", 1},
		{"no program", "", nil, "~/.local/bin/takopi-refresh-github-token is not a program: run `ghauth-provision apply`", 78},
		{"no format", "\x00\x01", nil, "Refresh failed: fork/exec", 1},
	} {
		p := newPlugin(t)
		p.RunRefreshWith = tt.with
		mode := os.FileMode(0o755)
		if tt.script == "" {
			mode = 0o644
		}
		write(t, p.RefreshScript, tt.script, mode)
		if got, status := say(t, p, "refresh"); !strings.Contains(got, tt.want) || status != tt.status {
			t.Errorf("%s: %q, %d, want %q, %d", tt.name, got, status, tt.want, tt.status)
		}
	}
}

// TestRefreshEnds: a script that hangs, with a child that holds its output and
// both deaf to SIGTERM, is over soon after its time.
func TestRefreshEnds(t *testing.T) {
	p := newPlugin(t)
	p.RefreshTimeout = 200 * time.Millisecond
	write(t, p.RefreshScript, "#!/bin/sh\ntrap '' TERM\necho begun\nsleep 60 &\nwait\n", 0o755)
	start := time.Now()
	got, status := say(t, p, "refresh")
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %s", took)
	}
	if !strings.Contains(got, "no end after 200ms") || !strings.Contains(got, "begun") || status != 75 {
		t.Errorf("%q, %d", got, status)
	}
}

func TestWords(t *testing.T) {
	p := newPlugin(t)
	write(t, p.RefreshScript, "#!/bin/sh\necho must not run\n", 0o755)
	for words, want := range map[string]string{
		"help":            "/ghauth status",
		"flow":            "~/.config/takopi",
		"HELP":            "/ghauth status",
		"nosuch\n \tword": "There is no /ghauth nosuch word.\n",
		"say hvs.CAESICANARY0123456789canary0123456789": "There is no /ghauth say hvs.….",
		"nonsense":                "There is no /ghauth nonsense.",
		"wheel .":                 "There is no /ghauth wheel ..",
		"help me":                 "Too many words.",
		"status a b":              "Too many words.",
		"status nobody":           "There is no app nobody here. Known: token.",
		"refresh nobody":          "There is no app nobody here.",
		"refresh --force":         "There is no app --force here.",
		strings.Repeat("ü", 3000): "…",
	} {
		got, _ := say(t, p, strings.Fields(words)...)
		if !strings.Contains(got, want) || strings.Contains(got, "must not run") {
			t.Errorf("%.40s: %q, want %q", words, got, want)
		}
		if len(got) > MaxAnswer || got == "" || !utf8.ValidString(got) {
			t.Errorf("%.40s: an answer of %d bytes", words, len(got))
		}
	}
}

// TestSecretsStayOutOfTheScript: Takopi's environment has the bot's token, and
// those of the agents.
func TestSecretsStayOutOfTheScript(t *testing.T) {
	p := newPlugin(t)
	p.Env = append(os.Environ(), "TAKOPI__BOT_TOKEN=canary", "GH_TOKEN=canary", "OPENAI_API_KEY=canary", "HTTPS_PROXY=http://proxy", "HOME=/kept")
	write(t, p.RefreshScript, "#!/bin/sh\nenv\n", 0o755)
	got, _ := say(t, p, "refresh")
	if strings.Contains(got, "canary") || !strings.Contains(got, "HTTPS_PROXY=http://proxy") || !strings.Contains(got, "HOME=/kept") {
		t.Errorf("the script saw: %s", got)
	}
}

// TestAnswersAreBounded: however long the output, and whatever it holds.
func TestAnswersAreBounded(t *testing.T) {
	const canary = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
	p := newPlugin(t)
	write(t, p.RefreshScript, "#!/bin/sh\nfor i in $(seq 300); do printf 'üü "+canary+" '; done; echo; echo the end\n", 0o755)
	got, _ := say(t, p, "refresh")
	if len(got) > MaxAnswer || !utf8.ValidString(got) || !strings.HasSuffix(got, "the end") {
		t.Errorf("%d bytes: %q", len(got), got)
	}
	if strings.Contains(got, canary[8:]) {
		t.Errorf("the answer holds a token: %q", got)
	}
}

// TestPartedSecrets: what is left out must not join what it has hidden.
func TestPartedSecrets(t *testing.T) {
	p := newPlugin(t)
	write(t, p.RefreshScript, "#!/bin/sh\nprintf 'ghs_\\033[1mCANARY%01195d' 1\n", 0o755)
	if got, _ := say(t, p, "refresh"); strings.Contains(got, "NARY") || strings.Contains(got, "0001") {
		t.Errorf("the answer is %q", got)
	}
}

// TestSecretsOfOthers: a refresh script is the user's own, and may tell of more than
// GitHub's.
func TestSecretsOfOthers(t *testing.T) {
	p := newPlugin(t)
	write(t, p.RefreshScript, `#!/bin/sh
cat <<end
VAULT_TOKEN=hvs.CAESICANARY0123456789canary
Authorization: Bearer CANARY+canary/0123456789=
GITHUB_PAT=github_pat_11CANARY0canary_canarycanary
postgres://me:CANARY@db.example/x
bot1234567890:AACANARY-0123456789_0123456789abcde
-----BEGIN RSA PRIVATE KEY-----
MIICANARYcanary+/=
-----END RSA PRIVATE KEY-----
the end
end
exit 1
`, 0o755)
	got, _ := say(t, p, "refresh")
	if strings.Contains(strings.ToUpper(got), "CANARY") || !strings.Contains(got, "VAULT_TOKEN=hvs.…\nAuthorization: Bearer …\nGITHUB_PAT=github_p…\n") || !strings.HasSuffix(got, "\n…\nthe end") {
		t.Errorf("the answer is %q", got)
	}
}

func TestCut(t *testing.T) {
	for _, tt := range []struct {
		text  string
		limit int
		want  string
	}{
		{"short", 5, "short"},
		{"longer", 5, "lo…"},
		{"üüü", 5, "ü…"},
		{"aüüü", 5, "a…"},
	} {
		if got := cut(tt.text, tt.limit); got != tt.want {
			t.Errorf("cut(%q, %d) = %q, want %q", tt.text, tt.limit, got, tt.want)
		}
	}
}
