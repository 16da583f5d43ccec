package units

import (
	"archive/tar"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
)

// onHost runs a shell script on a throw-away host, in whose home the units of src
// are installed and binary stands in for the program.
func onHost(t *testing.T, home, src, binary, script string) string {
	t.Helper()
	testhost.Need(t)
	root := t.TempDir()
	install(t, root, home, src, binary)
	var files, out bytes.Buffer
	w := tar.NewWriter(&files)
	if err := w.AddFS(os.DirFS(filepath.Join(root, home))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c := testhost.Config{Home: home, Stdin: &files, Stdout: &out, Stderr: &out}
	status, err := testhost.Run(ctx, c, "sh", "-euc", "tar -xm -C \"$HOME\"\nsystemctl --user daemon-reload\n"+script)
	if err != nil || status != 0 {
		t.Fatalf("%s: status %d, %v\n%s", home, status, err, &out)
	}
	return out.String()
}

// A real systemd --user starts the service as it is meant, whatever the home is
// called: it takes $ in the program's path for itself and in arguments for a
// variable.
//
// Fault: odd-home
func TestServiceStartsInOddHomes(t *testing.T) {
	t.Parallel()
	for _, home := range oddHomes {
		t.Run(home, func(t *testing.T) {
			t.Parallel()
			got := onHost(t, home, fourLines, "#!/bin/sh\nprintf '<%s>\\n' \"$0\" \"$@\" \"HOME=$HOME\" >\"$HOME/ran\"\n",
				"systemctl --user start "+Service+"\ncat \"$HOME/ran\"\n")
			want := "<" + home + "/.local/bin/ghauth-provision>\n<mint>\n<--config-dir>\n<" + home + "/.config/takopi>\n<HOME=" + home + ">\n"
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// ticking is a program that writes down when it ran, in ms.
const ticking = "#!/bin/sh\ndate +%s%3N >>\"$HOME/ran\"\n"

// awaitTicks waits until the program has run n times.
func awaitTicks(n string) string {
	return "for i in $(seq 600); do\n\tif [ \"$(cat \"$HOME/ran\" 2>/dev/null | wc -l)\" -ge " + n + " ]; then break; fi\n\tsleep 0.1\ndone\n"
}

// ticks reads the times that a script printed, one a line.
func ticks(t *testing.T, out string) (times []time.Time) {
	t.Helper()
	for _, field := range strings.Fields(out) {
		ms, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			t.Fatalf("%v in\n%s", err, out)
		}
		times = append(times, time.UnixMilli(ms))
	}
	return times
}

// slack is granted to a busy machine.
const slack = 5 * time.Second

// A timer that is started long after the manager ticks an interval later, neither
// at once nor never, and then again and again, a daemon-reload notwithstanding.
func TestMonotonicTimerTicks(t *testing.T) {
	t.Parallel()
	out := onHost(t, "/home/u", fourLines+"refresh { interval = \"7s\" }\n", ticking, `
since=$(systemctl --user show --value -p UserspaceTimestampMonotonic)
until [ "$(cut -d. -f1 /proc/uptime)" -gt $((since / 1000000 + 8)) ]; do sleep 0.1; done
date +%s%3N
systemctl --user start `+Timer+"\n"+awaitTicks("1")+"systemctl --user daemon-reload\n"+awaitTicks("2")+`cat "$HOME/ran"`)
	at := ticks(t, out)
	if len(at) != 3 {
		t.Fatalf("got %d ticks, want 2:\n%s", len(at)-1, out)
	}
	for i := range at[1:] {
		// The monotonic clock and the wall clock may differ by a little.
		if d := at[i+1].Sub(at[i]); d < 6900*time.Millisecond || d > 7*time.Second*6/5+slack {
			t.Errorf("tick %d came after %s, want 7s to 8.4s", i+1, d)
		}
	}
}

// A calendar timer ticks at round times, and leaves its stamp where the removal
// looks for it.
func TestCalendarTimerTicks(t *testing.T) {
	t.Parallel()
	home := "/home/u"
	stamp := fileAt(t, desired(t, home, fourLines), home+"/.local/share/systemd/timers/stamp-"+Timer)
	out := onHost(t, home, fourLines+"refresh { interval = \"5s\" }\n", ticking, `
date +%s%3N
systemctl --user start `+Timer+"\n"+awaitTicks("3")+"test -e "+stamp.Path+`
cat "$HOME/ran"`)
	at := ticks(t, out)
	if len(at) < 4 {
		t.Fatalf("got %d ticks, want 3:\n%s", len(at)-1, out)
	}
	round := 0
	for i := range at[1:] {
		if d := at[i+1].Sub(at[i]); d > 6*time.Second+slack {
			t.Errorf("tick %d came after %s, want at most 6s", i+1, d)
		}
		if at[i+1].Sub(at[i+1].Truncate(5*time.Second)) < 2*time.Second {
			round++
		}
	}
	if round < 2 { // the third may be the one after the timer's start
		t.Errorf("%d ticks came at a time that 5s divides, want 2:\n%s", round, out)
	}
}
