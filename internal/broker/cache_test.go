package broker

import (
	"fmt"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

func TestTheCache(t *testing.T) {
	for _, test := range []struct {
		name  string
		r     Request
		after time.Duration
		calls int // of GitHub, the first included
	}{
		{"the same", Request{App: "takopi", Repositories: []string{"a", "b"}}, 0, 1},
		{"in another order", Request{App: "takopi", Repositories: []string{"B", "a", "b"}}, 0, 1},
		{"another scope", Request{App: "takopi", Repositories: []string{"a"}}, 0, 2},
		{"with more than half of its life", Request{App: "takopi", Repositories: []string{"a", "b"}}, 29 * time.Minute, 1},
		{"with half of its life", Request{App: "takopi", Repositories: []string{"a", "b"}}, 30 * time.Minute, 2},
		{"shorter than asked for", Request{App: "takopi", Repositories: []string{"a", "b"}, MinLifeSeconds: 50 * 60}, 10 * time.Minute, 2},
		{"as long as asked for", Request{App: "takopi", Repositories: []string{"a", "b"}, MinLifeSeconds: 50 * 60}, 9 * time.Minute, 1},
		{"by force", Request{App: "takopi", Repositories: []string{"a", "b"}, Force: true}, 0, 2},
		{"from the future", Request{App: "takopi", Repositories: []string{"a", "b"}}, -2 * time.Minute, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench()
			b.serve(t)
			for _, r := range []Request{{App: "takopi", Repositories: []string{"a", "b"}}, test.r} {
				if _, err := b.as(t, 1001, r); err != nil {
					t.Fatal(err)
				}
				b.set(func() { b.at = b.at.Add(test.after) })
			}
			if len(b.asked) != test.calls {
				t.Errorf("%d calls, want %d", len(b.asked), test.calls)
			}
		})
	}
}

func TestAFailureIsNotKept(t *testing.T) {
	var c cache
	now := func() time.Time { return epoch }
	for range 2 {
		if _, err := c.get(cacheKey{app: "k"}, now, 0, false, func() (Token, error) { return Token{}, fmt.Errorf("no") }); err == nil {
			t.Error("no error")
		}
	}
	if len(c.tokens) != 0 {
		t.Errorf("kept %v", c.tokens)
	}
}

func TestTheCacheIsBounded(t *testing.T) {
	var c cache
	for i := range 2 * maxCached {
		at := epoch.Add(time.Duration(i) * time.Second)
		c.keep(cacheKey{app: fmt.Sprint(i)}, Token{Token: mint.Token{CreatedAt: at, ExpiresAt: at.Add(time.Hour)}}, at)
	}
	if len(c.tokens) != maxCached {
		t.Errorf("%d are kept, want %d", len(c.tokens), maxCached)
	}
	for i := maxCached; i < 2*maxCached; i++ {
		if _, ok := c.tokens[cacheKey{app: fmt.Sprint(i)}]; !ok {
			t.Fatalf("%d was let go of before older ones", i)
		}
	}
	c.keep(cacheKey{app: "late"}, Token{}, epoch.Add(24*time.Hour))
	if len(c.tokens) != 1 {
		t.Errorf("%d are kept that are handed out no more", len(c.tokens)-1)
	}
}
