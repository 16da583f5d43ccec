package broker

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"golang.org/x/sync/singleflight"
)

// maxCached bounds the tokens that are kept. There are as many scopes as a client
// cares to make up.
const maxCached = 256

// A cache keeps tokens by app and scope, and lets all who ask for the same one at
// the same time wait for one answer of GitHub's.
type cache struct {
	mu     sync.Mutex
	tokens map[cacheKey]Token
	flight singleflight.Group
}

// get gives the token of a key, by ask where none is known. Without force it may be
// one that has more than half of its life, and more than least, before it. Only one
// of those who come at the same time for the same has its ask called.
func (c *cache) get(key cacheKey, now func() time.Time, least time.Duration, force bool, ask func() (Token, error)) (Token, error) {
	if t, ok := c.known(key, now(), least); ok && !force {
		return t, nil
	}
	v, err, _ := c.flight.Do(fmt.Sprint(force, least, key), func() (any, error) {
		// Another may have been answered since we looked.
		if t, ok := c.known(key, now(), least); ok && !force {
			return t, nil
		}
		t, err := ask()
		if err == nil {
			c.keep(key, t, now())
		}
		return t, err
	})
	return v.(Token), err
}

func (c *cache) known(key cacheKey, now time.Time, least time.Duration) (Token, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, ok := c.tokens[key]
	return t, ok && young(t, now) && t.ExpiresAt.Sub(now) > least
}

// young reports whether more than half of a token's life is left. One that comes
// from the future, as after a clock was set back, is not.
func young(t Token, now time.Time) bool {
	return t.ExpiresAt.Sub(now) > t.ExpiresAt.Sub(t.CreatedAt)/2 && t.CreatedAt.Sub(now) <= time.Minute
}

// keep keeps a token, and lets go of those that are no longer handed out, and of the
// one that ends first where there are too many.
func (c *cache) keep(key cacheKey, t Token, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var first cacheKey
	for k, old := range c.tokens {
		if !young(old, now) {
			delete(c.tokens, k)
		} else if first == (cacheKey{}) || old.ExpiresAt.Before(c.tokens[first].ExpiresAt) {
			first = k
		}
	}
	if _, there := c.tokens[key]; !there && len(c.tokens) >= maxCached {
		delete(c.tokens, first)
	}
	if c.tokens == nil {
		c.tokens = map[cacheKey]Token{}
	}
	c.tokens[key] = t
}

// A cacheKey is the same for requests that the same token answers.
type cacheKey struct{ app, scope string }

func keyOf(app string, s mint.Installation) cacheKey {
	var repositories []string
	for _, name := range s.Repositories {
		repositories = append(repositories, strings.ToLower(name))
	}
	slices.Sort(repositories)
	scope, _ := json.Marshal([]any{slices.Compact(repositories), s.Permissions}) // maps are sorted
	return cacheKey{app, string(scope)}
}
