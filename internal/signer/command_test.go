package signer

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

var digest = sha256.Sum256([]byte("what is signed"))

// script writes a program of sh's, and gives its path.
func script(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sign")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// pemFiles writes a key and its public half, the latter by openssl.
func pemFiles(t *testing.T, n int) (private, public string) {
	t.Helper()
	dir := t.TempDir()
	private, public = filepath.Join(dir, "key.pem"), filepath.Join(dir, "key.pub")
	_, data := githubtest.Key(n)
	if err := os.WriteFile(private, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("openssl", "pkey", "-in", private, "-pubout", "-out", public).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return private, public
}

// The example of the documentation, with the real program.
func TestOpenSSL(t *testing.T) {
	private, public := pemFiles(t, 0)
	key, _ := githubtest.Key(0)
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Fatal(err)
	}
	source := keysource.Source{Command: []string{openssl, "pkeyutl", "-sign", "-inkey", private, "-pkeyopt", "digest:sha256"}}
	for _, path := range []string{"", public} {
		source.PublicKey = path
		s, err := Open(t.Context(), source, os.Environ())
		if err != nil {
			t.Fatal(err)
		}
		signature, err := s.Sign(nil, digest[:], crypto.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest[:], signature); err != nil {
			t.Error(err)
		}
		if got := s.Public(); path == "" && got != nil || path != "" && !key.PublicKey.Equal(got) {
			t.Errorf("with public_key %q: the public half is %v", path, got)
		}
	}
}

// wantError compares an error's kind, and looks for texts in it and its remedy.
func wantError(t *testing.T, err error, kind mint.Kind, texts ...string) {
	t.Helper()
	e, ok := errors.AsType[*mint.Error](err)
	if !ok || e.Kind != kind {
		t.Errorf("error is %v (%T), want one of kind %d", err, err, kind)
		return
	}
	for _, text := range texts {
		if !strings.Contains(e.Error()+"\n"+e.Remedy, text) {
			t.Errorf("%q, remedy %q: want %q in it", e, e.Remedy, text)
		}
	}
}

func TestCommandFails(t *testing.T) {
	_, public := pemFiles(t, 0)
	other, _ := pemFiles(t, 1)
	const token = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
	for _, tt := range []struct {
		name, script, public string
		kind                 mint.Kind
		want                 string
	}{
		{"a status", "echo no such key >&2; exit 3", "", mint.BadSetup, "exit status 3: no such key"},
		{"a status that passes", "exit 75", "", mint.Temporary, "the timer tries again"},
		{"a status that denies", "exit 77", "", mint.Denied, "may use the key"},
		{"a signal", "kill -9 $$", "", mint.BadSetup, "signal: killed"},
		{"nothing", "exit 0", "", mint.BadSetup, "0 bytes"},
		{"base64", "openssl pkeyutl -sign -inkey " + other + " -pkeyopt digest:sha256 | base64", "", mint.BadSetup, "without base64"},
		{"a line end", "head -c 256 /dev/zero; echo", "", mint.BadSetup, "257 bytes"},
		{"too much", "cat /dev/zero", "", mint.BadSetup, "more than a signature"},
		{"another key", "exec openssl pkeyutl -sign -inkey " + other + " -pkeyopt digest:sha256", public, mint.BadSetup, "not by the key SHA256:"},
		{"too short for the key", "head -c 255 /dev/zero", public, mint.BadSetup, "255 bytes"},
		{"a token in what it says", "echo " + token + " >&2; exit 1", "", mint.BadSetup, "ghs_16C7…"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Open(t.Context(), keysource.Source{Command: []string{script(t, tt.script)}, PublicKey: tt.public}, os.Environ())
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.Sign(nil, digest[:], crypto.SHA256)
			wantError(t, err, tt.kind, tt.want)
			if strings.Contains(err.Error(), token) {
				t.Errorf("the error has a token: %v", err)
			}
		})
	}
}

func TestCommandCannotBeOpened(t *testing.T) {
	private, public := pemFiles(t, 0)
	program := script(t, "")
	for _, tt := range []struct {
		source keysource.Source
		kind   mint.Kind
		want   string
	}{
		{keysource.Source{Command: []string{"/no/such"}}, mint.BadSetup, "/no/such"},
		{keysource.Source{Command: []string{public}}, mint.BadSetup, "permission denied"},
		{keysource.Source{Command: []string{program}, PublicKey: "/no/such"}, mint.BadSetup, "check public_key"},
		{keysource.Source{Command: []string{program}, PublicKey: private}, mint.InvalidKey, "no PUBLIC KEY block"},
		{keysource.Source{Command: []string{program}, PublicKey: program}, mint.InvalidKey, "no PEM block"},
		{keysource.Source{Command: []string{program}, PublicKey: "/dev/zero"}, mint.BadSetup, "no regular file"},
		{keysource.Source{File: "/no/such"}, mint.BadSetup, "is missing"},
	} {
		s, err := Open(t.Context(), tt.source, nil)
		wantError(t, err, tt.kind, tt.want)
		if s != nil {
			t.Errorf("%v: a signer besides the error", tt.source)
		}
	}
}

// The digest is all that a command is given: no shell reads its arguments, and no
// token is in its environment.
func TestCommandIsGiven(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	program := script(t, `cat >$OUT.stdin; printf '%s|' "$@" >$OUT.args; env >$OUT.env; head -c 256 /dev/zero`)
	env := append(os.Environ(), "OUT="+out, "AWS_PROFILE=kept", "GITHUB_TOKEN=canary", "GH_TOKEN=canary", "GH_ENTERPRISE_TOKEN=canary",
		"GITHUB_ENTERPRISE_TOKEN=canary", "GITHUB_APP_PRIVATE_KEY=canary")
	s, err := Open(t.Context(), keysource.Source{Command: []string{program, "a b", "$HOME", "'"}}, env)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sign(nil, digest[:], crypto.SHA256); err != nil {
		t.Fatal(err)
	}
	read := func(what string) []byte {
		data, err := os.ReadFile(out + "." + what)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	if got := read("stdin"); !bytes.Equal(got, digest[:]) {
		t.Errorf("standard input was %x, want %x", got, digest)
	}
	if got, want := string(read("args")), "a b|$HOME|'|"; got != want {
		t.Errorf("the arguments were %s, want %s", got, want)
	}
	if got := string(read("env")); strings.Contains(got, "canary") || !strings.Contains(got, "AWS_PROFILE=kept") {
		t.Errorf("the environment was %s", got)
	}
}

// A command that hangs ends with the run, and what it has started does, too.
func TestCommandEnds(t *testing.T) {
	out := filepath.Join(t.TempDir(), "pid")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	s, err := Open(ctx, keysource.Source{Command: []string{script(t, "trap '' TERM; sleep 60 & echo $! >"+out+"; wait")}}, os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Sign(nil, digest[:], crypto.SHA256)
	wantError(t, err, mint.Temporary, "no end in time")
	gone(t, out)
}

// What a command leaves behind does not stay either, whether it has the command's
// output or not, and however that ended.
func TestCommandLeavesNothing(t *testing.T) {
	for name, tt := range map[string]struct {
		leaves, then string
		fails        bool
	}{
		"with its output":    {"sleep 60 &", "head -c 256 /dev/zero", false},
		"without its output": {"sleep 60 </dev/null >/dev/null 2>&1 &", "head -c 256 /dev/zero", false},
		"of one that failed": {"sleep 60 </dev/null >/dev/null 2>&1 &", "exit 1", true},
	} {
		out := filepath.Join(t.TempDir(), "pid")
		s, err := Open(t.Context(), keysource.Source{Command: []string{script(t, tt.leaves+" echo $! >"+out+"; "+tt.then)}}, os.Environ())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Sign(nil, digest[:], crypto.SHA256); (err != nil) != tt.fails {
			t.Errorf("%s: %v", name, err)
		}
		gone(t, out)
	}
}

// gone waits for the end of the process whose id is in file.
func gone(t *testing.T, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); alive(pid); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			syscall.Kill(pid, syscall.SIGKILL)
			t.Fatalf("process %d still runs", pid)
		}
	}
}

// alive reports whether a process runs, and is not merely waiting to be reaped.
func alive(pid int) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	return err == nil && !bytes.Contains(stat, []byte(") Z "))
}
