package refresh

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

var lives = flag.Int("lives", 1, "how many lives of 90 days TestNeverLate goes through")

// A token that is renewed when half an hour is left outlives whatever takes twenty
// minutes of that half hour: outages, suspends and reboots, and runs that are ended,
// each of which takes the time to the next tick. No clock that is wrong or set
// takes any. What takes more makes up for it by the next tick.
//
// Fault: github-down, clock-set
func TestNeverLate(t *testing.T) {
	const borne, last = 20 * time.Minute, 30 * time.Minute
	days := 90
	if testing.Short() {
		days = 9
	}
	for seed := range *lives {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, uint64(seed)))
			w := simulate(t, randomFate(random, days), random)
			tick := w.timer.every + w.timer.delay + w.timer.accuracy
			for _, gap := range w.dead {
				about := fmt.Sprintf("%s after the begin, a token was dead for %s", gap.from.Sub(w.fate.begin), gap.length())
				if lost := w.fate.lost(stretch{gap.from.Add(-last), gap.from}, w.failed); lost <= borne {
					t.Errorf("%s, though only %s of its last half hour were lost", about, lost)
				}
				if free := gap.length() - w.fate.lost(gap, w.failed); free > tick+time.Minute {
					t.Errorf("%s, for %s of which it could have been replaced", about, free)
				}
			}
			if len(w.fate.outages) < 3*days || len(w.fate.sleeps) < days || len(w.fate.steps) < days/9 || len(w.failed) < days {
				t.Errorf("an easy life: %d outages, %d sleeps, %d steps, %d ended runs", len(w.fate.outages), len(w.fate.sleeps), len(w.fate.steps), len(w.failed))
			}
		})
	}
}

// The worst moment for an outage to begin is when a tick is about to mint.
//
// Fault: github-down
func TestWorstOutage(t *testing.T) {
	for _, minutes := range []int{5, 15, 20, 24} {
		w := simulate(t, spitefulFate(60, time.Duration(minutes)*time.Minute), rand.New(rand.NewPCG(3, uint64(minutes))))
		if _, worst := perOutage(w.dead, 1); worst > 0 || len(w.fate.outages) < 50 {
			t.Errorf("in %d outages of %d minutes a token was dead %d times, for up to %d s", len(w.fate.outages), minutes, len(w.dead), worst)
		}
	}
}

// spitefulFate is a life with n outages of a length, each as bad as can be.
func spitefulFate(n int, length time.Duration) fate {
	return fate{spite: length, end: time.Time{}.Add(time.Duration(n) * (length + 150*time.Minute))}
}
