package plan

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// Whatever was asked for, and asked for next, a destroy gives the first tree back,
// byte for byte and mode for mode.
func TestDestroyGivesTheTreeBack(t *testing.T) {
	eachTrial(t, 100, func(g *trial, r *rand.Rand) bool {
		for range 1 + r.IntN(3) {
			desired := g.state()
			if _, err := g.make(desired, -1); err != nil {
				continue
			}
			g.wantNoPlan("after an apply", desired)
			g.mint(desired)
			g.wantNoPlan("after a mint", desired)
		}

		applied := fileExists(g.manifest)
		if r.IntN(2) == 0 { // first without the keys, which have to stay known
			gentle := g.nothing()
			gentle.Purge = false
			if _, err := g.make(gentle, -1); err != nil {
				t.Errorf("destroy without the keys: %v", err)
			}
		}
		if _, err := g.make(g.nothing(), -1); err != nil {
			t.Errorf("destroy: %v", err)
		}
		g.wantFirst("after a destroy")
		return applied
	})
}

// An apply that is stopped anywhere and one that follows leave the same tree as one
// alone, the manifest's bytes included.
func TestInterruptedApply(t *testing.T) {
	eachTrial(t, 12, func(g *trial, r *rand.Rand) bool {
		before, desired := g.state(), g.state()
		if r.IntN(2) == 0 {
			g.make(before, -1)
		}
		start := save(t, g.root)
		if _, err := g.make(desired, -1); err != nil {
			return false
		}
		want := save(t, g.root)
		for k := 0; ; k++ {
			restore(t, g.root, start)
			more, _ := g.make(desired, k)
			if !more {
				return true
			}
			if _, err := g.make(desired, -1); err != nil {
				t.Fatalf("after %d actions: %v", k, err)
			}
			wantTree(t, fmt.Sprintf("stopped after %d actions", k), save(t, g.root), want)
		}
	})
}

// A destroy that is stopped anywhere, or one after an apply that was, still gives
// the first tree back.
func TestInterruptedDestroy(t *testing.T) {
	eachTrial(t, 6, func(g *trial, r *rand.Rand) bool {
		desired := g.state()
		if _, err := g.make(desired, -1); err != nil {
			return false
		}
		g.mint(desired)
		applied := save(t, g.root)
		for k := 0; ; k++ {
			restore(t, g.root, applied)
			more, _ := g.make(g.nothing(), k)
			if !more {
				break
			}
			g.make(g.nothing(), -1)
			g.wantFirst(fmt.Sprintf("a destroy stopped after %d actions", k))
		}
		for k := 0; ; k++ {
			restore(t, g.root, g.first)
			more, _ := g.make(desired, k)
			if !more {
				return true
			}
			g.make(g.nothing(), -1)
			g.wantFirst(fmt.Sprintf("an apply stopped after %d actions", k))
		}
	})
}
