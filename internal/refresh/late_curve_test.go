package refresh

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
)

// TestLateCurve holds the README's table to the simulation: for how long a token is
// dead in outages of a length, with the timer as it is, and with a mint every 45
// minutes, tried once, for comparison. GitHub tells its clients to come later than a
// run may last, so that each tick has one try, too; outages begin at any time.
func TestLateCurve(t *testing.T) {
	var b strings.Builder
	b.WriteString("| GitHub is away for | a token is dead, on average | at worst | with a mint every 45 minutes | at worst |\n|---:|---:|---:|---:|---:|\n")
	for _, minutes := range []int{5, 10, 15, 20, 25, 30, 40, 50, 60} {
		random := rand.New(rand.NewPCG(2, uint64(minutes)))
		f := regularFate(random, 60, time.Duration(minutes)*time.Minute)
		w := simulate(t, f, random)
		mean, worst := perOutage(w.dead, len(f.outages))
		spited := simulate(t, spitefulFate(40, time.Duration(minutes)*time.Minute), random)
		if _, most := perOutage(spited.dead, 1); most > worst {
			worst = most
		}
		if minutes <= 20 && worst > 0 {
			t.Errorf("in an outage of %d minutes a token is dead for %d s", minutes, worst)
		}
		meanOnce, worstOnce := perOutage(once(w.fate, random), len(f.outages))
		fmt.Fprintf(&b, "| %d min | %d s | %d s | %d s | %d s |\n", minutes, mean, worst, meanOnce, worstOnce)
	}
	t.Log("\n" + b.String())
	if readme, err := os.ReadFile("../../README.md"); err != nil || !strings.Contains(string(readme), b.String()) {
		t.Errorf("the README does not have this table (%v):\n%s", err, b.String())
	}
}

// regularFate is a life without anything but outages of a length, two to three hours
// apart.
func regularFate(random *rand.Rand, n int, length time.Duration) (f fate) {
	at := time.Time{}
	for range n {
		at = at.Add(2*time.Hour + time.Duration(random.Int64N(int64(time.Hour))))
		f.outages = append(f.outages, outage{stretch{at, at.Add(length)}, later})
	}
	f.end = at.Add(3 * time.Hour)
	return f
}

// once is the life of a host that mints every 45 minutes, as exactly as systemd does
// by itself (AccuracySec=1min), and does not try again.
func once(f fate, random *rand.Rand) (dead []stretch) {
	expires := f.begin.Add(time.Hour)
	for at := f.begin; at.Before(f.end); at = at.Add(45*time.Minute + time.Duration(random.Int64N(int64(time.Minute)))) {
		if f.outage(at) != none {
			continue
		}
		if expires.Before(at) {
			dead = append(dead, stretch{expires, at})
		}
		expires = at.Add(time.Hour)
	}
	return dead
}

// perOutage gives the mean and the longest, in seconds.
func perOutage(dead []stretch, n int) (mean, worst int) {
	var sum, longest time.Duration
	for _, gap := range dead {
		sum, longest = sum+gap.length(), max(longest, gap.length())
	}
	return int((sum / time.Duration(n)).Round(time.Second) / time.Second), int(longest.Round(time.Second) / time.Second)
}
