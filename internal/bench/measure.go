package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A row is one thing that is measured.
type row struct {
	name string
	argv []string
	// check looks at what a run has printed; it may be nil.
	check func(out []byte) error

	wall []time.Duration
	seen []seen          // at the stand-in
	cpu  []time.Duration // user and system, of the process and those it waited for
	peak int64           // resident set in KiB, of the largest process
}

func (b *bench) things() []*row {
	return []*row{
		{name: "the shell script (curl, jq, openssl)", argv: []string{"bash", "refresh.sh"}},
		{name: "one bare curl POST, its JWT made before", argv: b.post(1)},
		{name: "`mint --force`", argv: []string{program, "mint", "--force"}},
		{name: "`mint`, the token is fresh", argv: []string{program, "mint"}},
		{name: "`plugin status`", argv: []string{program, "plugin", "status"}},
		{name: "`status`", argv: []string{program, "status"}},
		{name: "a second `apply`", argv: []string{program, "apply"}},
	}
}

// measure runs the things by turns, so that what slows the machine for a while
// slows them all. A first round warms the caches up and does not count.
func (b *bench) measure(rows []*row, runs int) error {
	for i := range runs + 1 {
		for _, r := range rows {
			once, err := b.time(r.argv...)
			if err != nil {
				return err
			}
			if r.check != nil {
				err = r.check(once.out)
			}
			if err != nil {
				return fmt.Errorf("%s: %w\n%s", r.name, err, once.out)
			}
			if i > 0 {
				r.wall, r.cpu, r.seen = append(r.wall, once.wall), append(r.cpu, once.cpu), append(r.seen, once.seen)
			}
		}
	}
	for _, r := range rows {
		if err := b.weigh(r, min(runs, 3)); err != nil {
			return err
		}
	}
	return nil
}

// A run is one run of a command.
type run struct {
	wall, cpu time.Duration
	out       []byte
	seen      seen
}

func (b *bench) time(argv ...string) (run, error) {
	cmd := b.command(argv...)
	b.door.took()
	start := time.Now()
	out, err := cmd.CombinedOutput()
	wall := time.Since(start)
	if err != nil {
		return run{}, fmt.Errorf("%s: %w\n%s", strings.Join(argv, " "), err, out)
	}
	return run{wall, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), out, b.door.took()}, nil
}

// weigh has time(1) measure the memory: what getrusage(2) tells this process of
// its children is never less than what it takes itself.
func (b *bench) weigh(r *row, runs int) error {
	file := filepath.Join(b.home, "peak")
	for range runs {
		argv := append([]string{"/usr/bin/time", "-f", "%M", "-o", file}, r.argv...)
		if out, err := b.command(argv...).CombinedOutput(); err != nil {
			return fmt.Errorf("time %s: %w\n%s", r.name, err, out)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		kib, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
		if err != nil {
			return err
		}
		r.peak = max(r.peak, kib)
	}
	return nil
}

func median(all []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(all))[len(all)/2]
}

// printTable prints medians, and each as a ratio of the first row's.
func printTable(w io.Writer, rows []*row, runs int) {
	fmt.Fprintf(w, "Medians of %d runs each, by turns, on one machine.\n\n", runs)
	fmt.Fprintln(w, "| | time | of the script's | CPU | of the script's | peak memory |")
	fmt.Fprintln(w, "|---|---:|---:|---:|---:|---:|")
	wall, cpu := median(rows[0].wall), median(rows[0].cpu)
	for _, r := range rows {
		fmt.Fprintf(w, "| %s | %.1f ms | %.2f | %.1f ms | %.2f | %.1f MB |\n", r.name,
			ms(median(r.wall)), float64(median(r.wall))/float64(wall),
			ms(median(r.cpu)), float64(median(r.cpu))/float64(cpu),
			float64(r.peak)/1024)
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
