package plan

import (
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/systemd"
)

func TestDiffKnownUnits(t *testing.T) {
	t.Parallel()
	timer := Record{Path: unitFiles[1], Kind: OfFile, Mode: 0o600, SHA256: []string{Hash([]byte("new"))}, Unit: "x.timer", Enabled: true}
	disabled := but(waiting, func(u *systemd.Unit) { u.File, u.Active = "disabled", "inactive" })
	inactive := but(waiting, func(u *systemd.Unit) { u.Active = "inactive" })
	note := []string{"x.timer is disabled although an apply enabled it: left as it is; to have it back: systemctl --user enable --now x.timer"}
	for _, test := range []struct {
		name  string
		timer systemd.Unit
		plan  []string
		notes []string
	}{
		{"enabled", waiting, nil, nil},
		{"disabled", disabled, nil, note},
		{"inactive", inactive, []string{"start x.timer"}, nil},
	} {
		have := world(static, test.timer, "new", "new")
		observed := recordedHost(have.Files, false, timer)
		observed.Units, observed.Linger = have.Units, LingerOn
		desired := pair(Regular)
		desired.Manifest = manifestPath
		desired.Files[1].Unit = "x.timer"
		p, err := Diff(observed, desired)
		if err != nil {
			t.Fatal(err)
		}
		wantLines(t, test.name, others(p), test.plan)
		wantLines(t, test.name+", notes", p.Notes, test.notes)
	}
	// Pruned, it is stopped and disabled first, unless it was there, and enabled, before.
	adopted := timer
	adopted.Was = &Was{Mode: 0o600, SHA256: Hash([]byte("old")), Backup: "/m/backup/x", Enabled: true}
	for _, test := range []struct {
		rec  Record
		plan []string
	}{
		{timer, []string{"stop x.timer", "disable x.timer", "remove /u/x.timer", "reload systemd --user"}},
		{adopted, []string{"change /u/x.timer 0600", "remove /m/backup/x", "reload systemd --user", "restart x.timer"}},
	} {
		have := world(static, waiting, "", "new")
		observed := recordedHost(append(have.Files, regular("/m/backup/x", "old")), false, test.rec)
		observed.Units = have.Units
		p, err := Diff(observed, State{UID: 1, Manifest: manifestPath})
		if err != nil {
			t.Fatal(err)
		}
		wantLines(t, "pruned", others(p), test.plan)
	}
}

func TestDiffGivesLingerBack(t *testing.T) {
	t.Parallel()
	rec := Record{Path: "/m/token", Kind: OfMinted, Undo: Revoke}
	for _, test := range []struct {
		ours bool
		have Linger
		plan []string
	}{
		{true, LingerOn, []string{"disable linger uid 1"}},
		{true, LingerOff, nil},
		{false, LingerOn, nil},
	} {
		observed := recordedHost(nil, test.ours, rec)
		observed.Linger = test.have
		p, err := Diff(observed, State{UID: 1, Manifest: manifestPath})
		if err != nil {
			t.Fatal(err)
		}
		wantLines(t, string(test.have), actions(p), append(test.plan, "remove "+manifestPath)) // what is known goes last
	}
	p, err := Diff(State{Linger: LingerOff}, State{UID: 1, Manifest: manifestPath, Linger: LingerOn, Files: []File{{Path: "/f", Kind: Minted, Undo: Revoke}}})
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, "turned on", actions(p), []string{"create " + manifestPath + " 0600", "enable linger uid 1"})
	if m, err := parseManifest(manifestPath, p.Actions[0].After.Content); err != nil || !m.Linger {
		t.Errorf("%v, linger: %v, want it recorded before it is turned on", err, m.Linger)
	}
}

// That a unit is enabled is known once it is, and no sooner: else an apply that is
// killed before would look like an operator who has disabled it since.
func TestDiffRecordsEnabled(t *testing.T) {
	t.Parallel()
	desired := pair(Regular)
	desired.Manifest = manifestPath
	desired.Files[1].Unit = "x.timer"
	away := world(unknown, unknown)
	away.NoUnits = errAway
	for _, test := range []struct {
		name  string
		have  State
		after bool
	}{
		{"new", world(unknown, unknown), true},
		{"without systemd", away, false},
		{"masked", world(masked, unknown), false},
	} {
		p, err := Diff(test.have, desired)
		if err != nil {
			t.Fatal(err)
		}
		var got []bool
		for _, a := range p.Actions {
			if a.Target != manifestPath {
				continue
			}
			m, err := parseManifest(manifestPath, a.After.Content)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, m.Records[1].Enabled)
		}
		if got[0] || got[len(got)-1] != test.after {
			t.Errorf("%s: enabled is %v ahead and behind, want false and %v", test.name, got, test.after)
		}
	}
}

// gh's own files are left to the undoing, which knows whether gh is still logged in
// anywhere; its directory goes if that has emptied it.
func TestDiffClearsGH(t *testing.T) {
	t.Parallel()
	observed := recordedHost([]File{directory("/gh", "hosts.yml"), regular("/gh/hosts.yml", "{}"), regular("/m/stamp", "")}, false,
		Record{Path: "/gh", Kind: OfMinted}, Record{Path: "/gh/hosts.yml", Kind: OfMinted, Undo: ClearGH}, Record{Path: "/m/stamp", Kind: OfMinted, Undo: LogOut})
	p, err := Diff(observed, State{UID: 1, Manifest: manifestPath})
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, "actions", others(p), []string{"log gh out /m/stamp", "clear gh /gh/hosts.yml", "remove /m/stamp", "remove /gh"})
}
