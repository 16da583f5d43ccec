package refresh

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/envfile"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"golang.org/x/sys/unix"
)

var hourToken = mint.Token{Value: "ghs_canary0123456789", CreatedAt: now, ExpiresAt: now.Add(time.Hour)}

// The variables are gh's: `gh help environment`.
func TestWriteTokenBytes(t *testing.T) {
	const head = "# Written by ghauth-provision mint, which replaces it before it expires.\n"
	const times = "GITHUB_TOKEN_CREATED_AT=2026-06-01T12:00:00Z\nGITHUB_TOKEN_EXPIRES_AT=2026-06-01T13:00:00Z\n"
	const plain = "GITHUB_TOKEN=ghs_canary0123456789\nGH_TOKEN=ghs_canary0123456789\n"
	const enterprise = "GITHUB_ENTERPRISE_TOKEN=ghs_canary0123456789\nGH_ENTERPRISE_TOKEN=ghs_canary0123456789\n"
	tests := []struct{ host, want string }{
		{"github.com", head + plain + times},
		{"octo.ghe.com", head + plain + "GH_HOST=octo.ghe.com\n" + times},
		{"ghe.example.com", head + enterprise + "GH_HOST=ghe.example.com\n" + times},
		{"github.localhost", head + plain + "GH_HOST=github.localhost\n" + times},
	}
	for _, tt := range tests {
		path := filepath.Join(private(t), "github-token.env")
		token := hourToken
		token.CreatedAt = now.In(time.FixedZone("", 3600))
		app := App{TokenFile: path, Host: tt.host, uptime: func() uptime { return uptime{"a-b", 90500 * time.Millisecond} }}
		if err := writeToken(app, Stored{Token: token}); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		want := tt.want + "GHAUTH_TOKEN_SOURCE=" + App{Host: tt.host}.source() + "\nGHAUTH_TOKEN_UPTIME=a-b:90\n"
		if got := string(data); err != nil || got != want {
			t.Errorf("%s:\n%s\nwant:\n%s", tt.host, got, want)
		}
		if got, err := ReadToken(path); err != nil || got != hourToken {
			t.Errorf("%s reads back as %+v, %v, want %+v", tt.host, got, err, hourToken)
		}
	}
}

func TestWriteTokenMode(t *testing.T) {
	for _, umask := range []int{0, 0o777} {
		path := filepath.Join(private(t), "github-token.env")
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		old := unix.Umask(umask)
		err := writeToken(App{TokenFile: path}, Stored{Token: hourToken})
		unix.Umask(old)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode() != 0o600 {
			t.Errorf("umask %03o: mode %v, %v, want 0600", umask, info.Mode(), err)
		}
	}
}

// A stateless token has some thousand characters, dots among them.
func longToken() mint.Token {
	token := hourToken
	token.Value = mint.Secret("ghs_1234_eyJh.eyJp." + strings.Repeat("Ab-_9", 200))
	return token
}

// Fault: long-token
func TestLongTokenRoundTrip(t *testing.T) {
	path := filepath.Join(private(t), "github-token.env")
	if err := writeToken(App{TokenFile: path, Host: "github.com"}, Stored{Token: longToken()}); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadToken(path); err != nil || got.Value != longToken().Value {
		t.Errorf("reads back as %s of %d bytes, %v", got.Value, len(got.Value), err)
	}
}

func TestShellReadsTheTokenFile(t *testing.T) {
	path := filepath.Join(private(t), "github-token.env")
	if err := writeToken(App{TokenFile: path, Host: "github.localhost"}, Stored{Token: longToken()}); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-euc", `set -a; . "$1"; env`, "sh", path)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	vars, err := envfile.Parse(data)
	if err != nil || len(vars) != 7 {
		t.Fatalf("%d variables, %v", len(vars), err)
	}
	for name, value := range vars {
		if !strings.Contains("\n"+string(out), "\n"+name+"="+value+"\n") {
			t.Errorf("sh does not set %s as the file does:\n%s", name, out)
		}
	}
}

// Files as other tools write them.
func TestReadTokenForeign(t *testing.T) {
	written := now.Add(-10 * time.Minute)
	tests := []struct {
		text             string
		created, expires time.Time
	}{
		{"export GITHUB_TOKEN='tok'\n", written, written.Add(time.Hour)},
		{"GITHUB_ENTERPRISE_TOKEN=tok\n", written, written.Add(time.Hour)},
		{"GITHUB_TOKEN=tok\nGITHUB_TOKEN_CREATED_AT=yesterday\nGITHUB_TOKEN_EXPIRES_AT=\n", written, written.Add(time.Hour)},
		{"GITHUB_TOKEN=tok\nGITHUB_TOKEN_CREATED_AT=2026-06-01T14:00:00+02:00\n", now, now.Add(time.Hour)},
		{"GITHUB_TOKEN=tok\nGITHUB_TOKEN_EXPIRES_AT=2026-06-01T12:00:00Z\n", written, now},
	}
	for _, tt := range tests {
		path := filepath.Join(private(t), "f")
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now, written); err != nil {
			t.Fatal(err)
		}
		got, err := ReadToken(path)
		if err != nil || got.Value != "tok" || !got.CreatedAt.Equal(tt.created) || !got.ExpiresAt.Equal(tt.expires) {
			t.Errorf("%q: %s from %s to %s, %v, want from %s to %s", tt.text, got.Value, got.CreatedAt, got.ExpiresAt, err, tt.created, tt.expires)
		}
	}
}

// A FIFO that blocks would time the whole test out.
func TestReadTokenRefuses(t *testing.T) {
	dir := private(t)
	path := func(name string) string { return filepath.Join(dir, name) }
	text := func(name, text string) error { return os.WriteFile(path(name), []byte(text), 0o600) }
	for _, err := range []error{
		text("good", "GITHUB_TOKEN=tok\n"),
		os.Symlink("good", path("link")),
		unix.Mkfifo(path("fifo"), 0o600),
		os.Mkdir(path("dir"), 0o700),
		text("large", "GITHUB_TOKEN=tok\n"+strings.Repeat("#", envfile.MaxSize)),
		text("none", "GITHUB_TOKEN=\n"),
		text("broken", "GITHUB_TOKEN='canary\n"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"link":   "is a symbolic link",
		"fifo":   "is not a regular file",
		"dir":    "is not a regular file",
		"large":  "larger than 65536 bytes",
		"none":   "holds no GITHUB_TOKEN",
		"broken": "line 1: the value of GITHUB_TOKEN has no closing quote",
	} {
		_, err := ReadToken(path(name))
		if err == nil || !strings.Contains(err.Error(), path(name)) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	if _, err := ReadToken(path("absent")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent: %v, want fs.ErrNotExist", err)
	}
}

func TestDue(t *testing.T) {
	tests := []struct {
		created, expires time.Duration // from now
		want             bool
	}{
		{-30*time.Minute + time.Second, 30*time.Minute + time.Second, false},
		{-30 * time.Minute, 30 * time.Minute, true},
		{-2 * time.Hour, -time.Hour, true},
		// From the future: a minute is within what clocks differ by.
		{time.Minute, 61 * time.Minute, false},
		{time.Minute + time.Second, 61 * time.Minute, true},
	}
	for _, tt := range tests {
		token := mint.Token{CreatedAt: now.Add(tt.created), ExpiresAt: now.Add(tt.expires)}
		if got := due(token, now, renew); got != tt.want {
			t.Errorf("made %s, ends %s from now: due = %t, want %t", tt.created, tt.expires, got, tt.want)
		}
	}
	if !due(mint.Token{}, now, renew) {
		t.Error("no token is not due")
	}
}
