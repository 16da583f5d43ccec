package testboot

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestParseTargets(t *testing.T) {
	for _, tt := range []struct {
		name, targets string
		want          source
		ok            bool
	}{
		{"nothing", "", source{}, false},
		{"another archive first", "Debian Debian-Security trixie-security http://a/s/\nNode nodistro nodistro http://b/\n" +
			"Debian Debian trixie-updates http://c/\nDebian Debian trixie http://c/\n", source{"trixie", "http://c/"}, true},
		{"another archive alone", "Debian Debian-Security stretch http://a/\n", source{}, false},
		{"not fetched yet", "  trixie http://c/\n", source{}, false},
		{"a mirror list", "Debian Debian trixie mirror+file:/etc/list\n", source{}, false},
	} {
		if got, ok := parseTargets(tt.targets); got != tt.want || ok != tt.ok {
			t.Errorf("%s: got %v, %v, want %v, %v", tt.name, got, ok, tt.want, tt.ok)
		}
	}
}

func TestRecipeName(t *testing.T) {
	names := map[string]bool{}
	for _, r := range []recipe{
		{source{suite: "a"}, []string{"p", "q"}, Extra{}},
		{source{suite: "b"}, []string{"p", "q"}, Extra{}},
		{source{suite: "a"}, []string{"p q"}, Extra{}},
		{source{suite: "a"}, []string{"p"}, Extra{}},
		{source{suite: "a"}, []string{"p"}, Extra{Name: "x"}},
	} {
		names[r.name()] = true
	}
	if len(names) != 5 {
		t.Errorf("of five recipes: %v", names)
	}
	if a, b := (recipe{source{"a", "x"}, nil, Extra{}}).name(), (recipe{source{"a", "y"}, nil, Extra{}}).name(); a != b {
		t.Errorf("two mirrors of the same: %s, %s", a, b)
	}
}

// TestBrokenRoot boots what cannot be booted: the error tells what was printed.
func TestBrokenRoot(t *testing.T) {
	Need(t)
	root, err := Root(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	broken, err := os.MkdirTemp(filepath.Dir(root), "broken-") // hard links stay on one file system
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(broken)
	if out, err := exec.Command("cp", "-al", root+"/.", broken).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	init := filepath.Join(broken, treeDir, "usr/sbin/init")
	if err := os.Remove(init); err != nil {
		t.Fatal(err)
	}
	if _, err := Boot(t.Context(), broken); err == nil || !strings.Contains(err.Error(), "/sbin/init: no such file") {
		t.Errorf("without an init: got %v", err)
	}
	if err := os.WriteFile(init, []byte("#!/bin/sh\necho I will not\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Boot(t.Context(), broken); err == nil || !strings.Contains(err.Error(), "I will not") {
		t.Errorf("with an init that ends: got %v", err)
	}
	if err := os.WriteFile(init, []byte("#!/bin/sh\nexec sleep 1004\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := Boot(ctx, broken); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with an init that sleeps: got %v", err)
	}
}
