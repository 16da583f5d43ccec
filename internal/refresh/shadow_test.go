package refresh

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

func TestShadow(t *testing.T) {
	for _, tt := range []struct {
		host, env, want string
	}{
		{"github.com", "GH_TOKEN=x", "GH_TOKEN"},
		{"github.com", "GITHUB_TOKEN=x", "GITHUB_TOKEN"},
		{"octo.ghe.com", "GH_TOKEN=x", "GH_TOKEN"},
		{"github.com", "GH_TOKEN=", ""},
		{"github.com", "GH_TOKENS=x", ""},
		{"github.com", "GH_ENTERPRISE_TOKEN=x", ""},
		{"ghe.example.com", "GH_ENTERPRISE_TOKEN=x", "GH_ENTERPRISE_TOKEN"},
		{"ghe.example.com", "GH_TOKEN=x", ""},
	} {
		if got := Shadow(tt.host, []string{"A=b", tt.env}); got != tt.want {
			t.Errorf("Shadow(%s, %s) = %q, want %q", tt.host, tt.env, got, tt.want)
		}
	}
}

func TestHolders(t *testing.T) {
	app := App{TokenFile: filepath.Join(private(t), "token.env"), Host: "github.com"}
	for i := range 4 {
		token := mint.Token{Value: mint.Secret(fmt.Sprintf("ghs_canary%d0123456789", i)), CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
		if i == 3 {
			continue // the current one
		}
		if err := app.outdate(token.Value); err != nil {
			t.Fatal(err)
		}
	}
	proc := t.TempDir()
	for pid, env := range map[int]string{
		30: "HOME=/x\x00GH_TOKEN=ghs_canary20123456789\x00",
		4:  "GITHUB_TOKEN=ghs_canary00123456789\x00A=b\x00",
		5:  "GH_TOKEN=ghs_canary30123456789\x00", // the current one
		6:  "GH_TOKEN=ghs_foreign0123456789\x00", // not ours
		7:  "MY_NOTE=ghs_canary00123456789\x00",  // no program takes it from there
		8:  "",                                   // a kernel thread
		9:  strings.Repeat("x", 2*maxEnviron) + "\x00GH_TOKEN=\x00",
	} {
		dir := filepath.Join(proc, fmt.Sprint(pid))
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "environ"), env)
		write(t, filepath.Join(dir, "comm"), fmt.Sprintf("agent-%d\x1b\n", pid))
	}
	write(t, filepath.Join(proc, "uptime"), "1")
	var got []string
	for _, h := range app.Holders(proc, false) {
		got = append(got, h.String())
	}
	want := fmt.Sprintf(`process 4 ("agent-4\x1b") has ghs_cana… (sha256 %s) in GITHUB_TOKEN
process 30 ("agent-30\x1b") has ghs_cana… (sha256 %s) in GH_TOKEN`,
		mint.Secret("ghs_canary00123456789").Digest(), mint.Secret("ghs_canary20123456789").Digest())
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("holders:\n%s\nwant\n%s", text, want)
	}
}

func TestEarlierIsBounded(t *testing.T) {
	app := App{TokenFile: filepath.Join(private(t), "token.env")}
	token := func(i int) mint.Secret { return mint.Secret(fmt.Sprintf("ghs_canary%03d0123456789", i)) }
	for i := range maxEarlier + 10 {
		if err := app.outdate(token(i)); err != nil {
			t.Fatal(err)
		}
	}
	got := app.earlier()
	if len(got) != maxEarlier || got[0] != token(10).Digest() || got[maxEarlier-1] != token(maxEarlier+9).Digest() {
		t.Errorf("%d digests, from %s to %s", len(got), got[0], got[len(got)-1])
	}
}
