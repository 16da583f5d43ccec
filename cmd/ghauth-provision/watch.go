package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/sys/unix"
)

// watchEvery is how often status --watch looks anew.
const watchEvery = 2 * time.Second

// What a terminal is told while it is watched (ECMA-48, 8.3; xterm's DECAWM): lines
// are cut at its edge rather than wrapped, so that as many fit as it has rows.
const (
	clearScreen = "\x1b[2J"
	toTop       = "\x1b[H"
	clearLine   = "\x1b[K"
	clearRest   = "\x1b[J"
	cutLines    = "\x1b[?7l"
	wrapLines   = "\x1b[?7h"
)

// watch shows the status on a terminal, again and again, until it is interrupted.
func (w *world) watch(ctx context.Context, c *cli.Context) error {
	if !w.colour || w.getenv("TERM") == "dumb" { // which would print what draws
		return usage("--watch draws on a terminal, and the output goes elsewhere, or to one that cannot be drawn on", "read "+program+" status --json as often as you like: it asks GitHub nothing")
	}
	fmt.Fprint(w.stdout, clearScreen, cutLines)
	defer fmt.Fprint(w.stdout, wrapLines)
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		if err := w.frame(ctx, c); err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// frame draws the status once, notes included, over what was drawn before.
func (w *world) frame(ctx context.Context, c *cli.Context) error {
	r, err := w.look(ctx, c)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	drawn := *w
	drawn.stdout, drawn.stderr = &text, hiding{&text, w}
	r.show(&drawn)
	_, err = io.WriteString(w.stdout, toTop+fitting(text.String(), rowsOf(w.stdout))+clearRest)
	return err
}

// fitting gives the lines of a text that rows can show, each to be written over a
// longer one, and says how many are left out.
func fitting(text string, rows int) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if over := len(lines) - (rows - 1); rows > 2 && over > 0 {
		lines = append(lines[:rows-2], fmt.Sprintf("… and %s more", count(over+1, "line")))
	}
	return strings.Join(lines, clearLine+"\n") + clearLine + "\n"
}

// rowsOf gives the height of the terminal that out writes to, 0 where it does not
// tell (ioctl_tty(2)).
func rowsOf(out io.Writer) int {
	if o, ok := out.(*output); ok {
		out = o.Writer
	}
	f, ok := out.(*os.File)
	if !ok {
		return 0
	}
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0
	}
	return int(size.Row)
}
