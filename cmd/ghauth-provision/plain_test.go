package main

import (
	"errors"
	"strings"
	"testing"
)

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "",
		"one\n\ttwo é":                       "one\n\ttwo é",
		"\x1b]0;a title\x07text":             "]0;a titletext",
		"\x1b[2J\x1b[Hgone":                  "[2J[Hgone",
		"over\rwritten\b\x7f\x00":            "overwritten",
		"\u009b2Jtext":                       "2Jtext", // CSI, as one character of C1
		"\x9b2Jtext":                         "\uFFFD2Jtext",
		"\u202egnorw\u2066":                  "gnorw",
		"\x1b[31mred\x1b[0m and \x1b[8mgone": "\x1b[31mred\x1b[0m and [8mgone",
	} {
		if got := plain(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// Whatever way it takes, what others say does not get to the terminal as it is; and a
// token that comes apart by it is cut all the same.
func TestToldPlain(t *testing.T) {
	const said = "Vault says \x1b]0;owned\x07 ghs_canary01\x0023456789"
	for name, tell := range map[string]func(*world){
		"say":    func(w *world) { w.say("%s", said) },
		"tell":   func(w *world) { w.tell(errors.New(said)) },
		"remedy": func(w *world) { w.tell(&failure{exitFailed, "x", said}) },
		"print":  func(w *world) { w.print("%s", said) },
	} {
		var out strings.Builder
		w := &world{stdout: &out}
		w.stderr = hiding{&out, w}
		tell(w)
		if got := out.String(); strings.ContainsAny(got, "\x00\x07\x1b") || !strings.Contains(got, "]0;owned") {
			t.Errorf("%s: %q", name, got)
		}
		if got := out.String(); (name == "say" || name == "tell") && strings.Contains(got, "23456789") {
			t.Errorf("%s tells a token: %q", name, got)
		}
	}
}
