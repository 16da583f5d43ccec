package units

import (
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
)

// Where no systemd runs, apply makes the link that enables the timer.
func TestDesiredLink(t *testing.T) {
	const home = "/home/takopi"
	const wants = home + "/.config/systemd/user/timers.target.wants"
	s := parse(t, home, fourLines)
	for _, still := range []bool{false, true} {
		dir, link, target := plan.Minted, plan.Minted, ""
		if still {
			dir, link, target = plan.Directory, plan.Link, home+"/.config/systemd/user/"+Timer
		}
		here := site(home)
		here.Still = still
		state, err := Desired(s, here)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]plan.File{}
		for _, f := range state.Files {
			got[f.Path] = f
		}
		if f := got[wants]; f.Kind != dir {
			t.Errorf("still %t: the directory is of kind %s, want %s", still, f.Kind, dir)
		}
		if f := got[wants+"/"+Timer]; f.Kind != link || f.Target != target {
			t.Errorf("still %t: the link is of kind %s to %q, want %s to %q", still, f.Kind, f.Target, link, target)
		}
	}
}
