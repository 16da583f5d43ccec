package plugin

import (
	"strings"
	"testing"
	"time"
)

func TestTimerLines(t *testing.T) {
	soon := now.Add(4 * time.Minute)
	for _, tt := range []struct {
		timer Timer
		want  string
	}{
		{Timer{Unknown: true}, "timer: not checked, no systemd answers here"},
		{Timer{}, "timer: not running: on the host, run `ghauth-provision apply`; if it was disabled, `systemctl --user enable --now takopi-github-token-refresh.timer`"},
		{Timer{Active: true, Next: soon}, "timer: next run in 4m"},
		{Timer{Active: true, Next: soon, Status: 77}, "timer: next run in 4m"}, // of a run that is not the last
		{Timer{Active: true}, "timer: at work now"},
		{Timer{Active: true, Next: soon, Failed: now.Add(-time.Minute), Status: 77},
			"timer: next run in 4m\nlast run: failed 60s ago, GitHub says no: see whether the App is suspended, or its key revoked, in GitHub's settings"},
		{Timer{Active: true, Next: soon, Failed: now.Add(-72 * time.Hour), Status: 1, Service: "x.service"},
			"timer: next run in 4m\nlast run: failed 72h ago, with status 1: see `journalctl --user -u x.service` on the host"},
	} {
		if got := strings.Join(tt.timer.lines(now), "\n"); got != tt.want {
			t.Errorf("%+v:\n%s\nwant\n%s", tt.timer, got, tt.want)
		}
	}
}
