package units

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
)

// verify lets systemd-analyze look at the units below home. It needs no running
// manager, only a runtime directory of its own.
func verify(t *testing.T, home string) (output string, err error) {
	t.Helper()
	dir := filepath.Join(home, ".config/systemd/user")
	cmd := cleanCommand(t, "systemd-analyze", "verify", "--user", "--recursive-errors=yes", filepath.Join(dir, Service), filepath.Join(dir, Timer))
	cmd.Env = append(cmd.Env, "HOME="+home, "XDG_RUNTIME_DIR="+t.TempDir())
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestSystemdAcceptsTheUnits(t *testing.T) {
	t.Parallel()
	testneed.Program(t, "systemd-analyze")
	check := func(odd, src string) {
		home := filepath.Join(t.TempDir(), odd)
		install(t, "/", home, strings.ReplaceAll(src, "/srv/ghauth", "~/ghauth"), "#!/bin/sh\n")
		if out, err := verify(t, home); err != nil || out != "" {
			t.Errorf("%s: %v\n%s", home, err, out)
		}
	}
	for _, src := range specs {
		check("u", src)
	}
	for _, odd := range oddHomes {
		check(odd, fourLines)
	}
}

// The check above would see what it is to see: a binary that is not where the
// service says, and a key that systemd does not know.
func TestVerifySeesFaults(t *testing.T) {
	t.Parallel()
	testneed.Program(t, "systemd-analyze")
	home := filepath.Join(t.TempDir(), oddHomes[0])
	install(t, "/", home, fourLines, "#!/bin/sh\n")
	timer := filepath.Join(home, ".config/systemd/user", Timer)
	content, err := os.ReadFile(timer)
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.Replace(string(content), "OnActiveSec", "OnActivSec", 1)
	if err := os.WriteFile(timer, []byte(broken), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, _ := verify(t, home); !strings.Contains(out, "OnActivSec") {
		t.Errorf("an unknown key went through: %q", out)
	}
	if err := os.WriteFile(timer, content, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(home, ".local/bin", Binary)); err != nil {
		t.Fatal(err)
	}
	if out, err := verify(t, home); err == nil {
		t.Errorf("a lost binary went through: %q", out)
	}
}

// worksEverywhere are the settings that were seen to work in user units on systemd
// 252, 257 and 262. Of the others, CapabilityBoundingSet= fails on all three,
// PrivateDevices= and ProtectClock= on 252, where ProtectHome= and its like do
// nothing without PrivateUsers=.
var worksEverywhere = []string{
	"Type", "ExecStart", "TimeoutStartSec", "UMask", "LimitCORE", "NoNewPrivileges", "LockPersonality",
	"MemoryDenyWriteExecute", "RestrictAddressFamilies", "RestrictNamespaces", "RestrictRealtime",
	"RestrictSUIDSGID", "SystemCallArchitectures", "SystemCallFilter",
}

func TestServiceUsesWhatWorksEverywhere(t *testing.T) {
	t.Parallel()
	service := contentOf(t, fileAt(t, desired(t, "/home/u", fourLines), "/home/u/.config/systemd/user/"+Service))
	_, section, ok := strings.Cut(service, "\n[Service]\n")
	if !ok {
		t.Fatal("there is no section [Service]")
	}
	var used []string
	for line := range strings.Lines(section) {
		if name, _, ok := strings.Cut(line, "="); ok && line[0] != '#' {
			used = append(used, name)
		}
	}
	slices.Sort(used)
	want := slices.Sorted(slices.Values(worksEverywhere))
	if !slices.Equal(used, want) {
		t.Errorf("the service uses %q, want %q", used, want)
	}
}
