package main

// What is printed, and where:
//   - results go to standard output; progress, warnings and errors to standard
//     error, each line of which starts with the program's name;
//   - an error says in lower case what happened and where; what to do next
//     stands on a line of its own below it;
//   - a token shows as its first eight characters and the first eight hex
//     digits of its SHA-256, whatever the verb;
//   - paths below the home are written with ~;
//   - what others have said is told without what a terminal would obey (plain);
//   - colour is for terminals that want it: not with NO_COLOR (no-color.org),
//     --no-color or TERM=dumb. No meaning rests on colour alone.

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"golang.org/x/sys/unix"
)

const program = "ghauth-provision"

// tell prints an error and what to do about it, or several joined ones.
func (w *world) tell(err error) {
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range all.Unwrap() {
			w.tell(e)
		}
		return
	}
	if conflict, ok := err.(*plan.ConflictError); ok {
		w.showConflict(w.stderr, w.say, conflictOf(conflict))
		return
	}
	w.say("%v", err)
	if r := remedyOf(err); r != "" {
		fmt.Fprintf(w.stderr, "  what to do: %s\n", w.homely(r))
	}
}

// say prints a line for people to standard error. A secret that has found its
// way into an error of another program is cut.
func (w *world) say(format string, args ...any) {
	fmt.Fprintf(w.stderr, "%s: %s\n", program, mint.Redact(w.homely(plain(fmt.Sprintf(format, args...)))))
}

// detail prints a line that --verbose asks for.
func (w *world) detail(format string, args ...any) {
	if w.verbose {
		w.say(format, args...)
	}
}

// print prints a line of a result.
func (w *world) print(format string, args ...any) {
	io.WriteString(w.stdout, plain(fmt.Sprintf(format+"\n", args...)))
}

// slow runs do, and says what is going on if it takes over a second.
func (w *world) slow(what string, do func()) {
	t := time.AfterFunc(time.Second, func() { w.say("%s …", what) })
	defer t.Stop()
	do()
}

// tilde shortens a path below the home.
func (w *world) tilde(path string) string {
	home := w.getenv("HOME")
	if path == home {
		return "~"
	}
	if rest, ok := strings.CutPrefix(path, strings.TrimSuffix(home, "/")+"/"); ok && home != "" {
		return "~/" + rest
	}
	return path
}

// homely shortens the paths below the home that stand in a text. One in quotes is
// left: there, a shell would take the ~ for a name.
func (w *world) homely(text string) string {
	home := strings.TrimSuffix(w.getenv("HOME"), "/")
	if home == "" {
		return text
	}
	return regexp.MustCompile(`(^|[\s(])`+regexp.QuoteMeta(home)+"/").ReplaceAllString(text, "${1}~/")
}

// span writes a duration as people say it, in its two largest units.
func span(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d < 0:
		return "-" + span(-d)
	case d >= 24*time.Hour:
		return fmt.Sprintf("%dd%02dh", int(d.Hours())/24, int(d.Hours())%24)
	case d >= time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	case d >= time.Minute:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%ds", int(d.Seconds()))
}

// The colours, as SGR parameters (ECMA-48, 8.3.117).
const (
	bold   = "1"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

// paint colours text where standard output takes it.
func (w *world) paint(colour, text string) string {
	if w.noColor || w.getenv("NO_COLOR") != "" || w.getenv("TERM") == "dumb" || !w.colour {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

// isTerminal asks the kernel, as isatty(3) does.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// paintDiff colours the lines of a unified diff.
func (w *world) paintDiff(out io.Writer, text string) {
	for line := range strings.Lines(text) {
		colour := ""
		switch {
		case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"), strings.HasPrefix(line, "#"):
			colour = bold
		case strings.HasPrefix(line, "@@"):
			colour = cyan
		case strings.HasPrefix(line, "+"):
			colour = green
		case strings.HasPrefix(line, "-"):
			colour = red
		}
		if body := strings.TrimSuffix(line, "\n"); colour != "" {
			line = w.paint(colour, body) + line[len(body):]
		}
		io.WriteString(out, line)
	}
}
