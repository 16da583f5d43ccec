package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// A size is what a host with so many apps takes.
type size struct {
	apps        int
	first, last time.Duration // the apply of an empty host, and the destroy
	plan, apply *row          // of a host that is as the spec says
}

func insideScale(ctx context.Context, counts []int, runs int) error {
	b := &bench{ctx: ctx, home: os.Getenv("HOME")}
	stop, err := b.prepare()
	if err != nil {
		return err
	}
	defer stop()
	fmt.Printf("Medians of %d runs each. The first apply, which mints all tokens, and the destroy, which revokes them, ran once.\n\n", runs)
	fmt.Println("| apps | first apply | `plan` | each further app | CPU | peak memory | second `apply` | each further app | CPU | peak memory | destroy |")
	fmt.Println("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
	var before *size
	for _, n := range counts {
		s, err := b.size(n, runs)
		if err != nil {
			return err
		}
		s.print(before)
		before = s
	}
	return b.beside(counts, runs)
}

// size makes an empty host one with n apps, measures, and empties it.
func (b *bench) size(n, runs int) (*size, error) {
	if err := b.writeSpec(n); err != nil {
		return nil, err
	}
	first, err := b.time(program, "apply")
	if err != nil {
		return nil, err
	}
	s := &size{apps: n, first: first.wall,
		plan:  &row{name: "plan", argv: []string{program, "plan", "--detailed-exitcode"}},
		apply: secondApply(),
	}
	if err := b.measure([]*row{s.plan, s.apply}, runs); err != nil {
		return nil, err
	}
	last, err := b.time(program, "destroy", "--purge-key")
	s.last = last.wall
	return s, err
}

func (b *bench) writeSpec(apps int) error {
	return os.WriteFile(filepath.Join(b.home, "ghauth.hcl"), specOf(apps), 0o600)
}

// secondApply is an apply that has to change nothing.
func secondApply() *row {
	return &row{name: "a second `apply`", argv: []string{program, "apply"}, check: func(out []byte) error {
		if !bytes.Contains(out, []byte("No changes")) {
			return errors.New("it has changed something")
		}
		return nil
	}}
}

// print writes a line of the table. before is the line above, if any.
func (s *size) print(before *size) {
	fmt.Printf("| %d | %.0f ms |", s.apps, ms(s.first))
	for _, r := range []struct {
		now    *row
		before func(*size) *row
	}{{s.plan, func(s *size) *row { return s.plan }}, {s.apply, func(s *size) *row { return s.apply }}} {
		further := ""
		if before != nil {
			further = fmt.Sprintf("%.2f ms", ms(median(r.now.wall)-median(r.before(before).wall))/float64(s.apps-before.apps))
		}
		fmt.Printf(" %.1f ms | %s | %.1f ms | %.1f MB |", ms(median(r.now.wall)), further, ms(median(r.now.cpu)), float64(r.now.peak)/1024)
	}
	fmt.Printf(" %.0f ms |\n", ms(s.last))
}
