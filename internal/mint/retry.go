package mint

import (
	"context"
	"crypto"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"
)

const maxTries = 4

// retry tries again what may pass, with exponential backoff and full jitter or
// as GitHub asks, as long as ctx allows.
func retry[T any](ctx context.Context, c *Client, once func() (T, error)) (T, error) {
	for try := 1; ; try++ {
		v, err := once()
		if err == nil || !IsTemporary(err) || try >= maxTries || !c.pause(ctx, try, err) {
			return v, err
		}
	}
}

// pause waits before another try, and reports whether ctx leaves the time.
func (c *Client) pause(ctx context.Context, try int, err error) bool {
	var wait time.Duration
	if e, ok := errors.AsType[*Error](err); ok {
		wait = e.wait
	}
	if wait == 0 {
		wait = rand.N(500 * time.Millisecond << try)
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait {
		return false
	}
	return c.sleep(ctx, wait) == nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// A caller is an App that asks.
type caller struct {
	*Client
	issuer string
	signer crypto.Signer
}

// ask makes one request as the App. Its JWT is made for GitHub's time as it was
// last seen, and once again where the refusal tells of another.
func (a caller) ask(ctx context.Context, r request) (response, error) {
	for again := false; ; again = true {
		offset := a.Offset()
		jwt, err := signJWT(a.issuer, a.signer, a.now().Add(offset))
		if err != nil {
			return response{}, unsigned(err)
		}
		resp, err := a.call(ctx, r, jwt)
		skewed := (resp.offset - offset).Abs() > skewAllowed
		if err != nil || again || !skewed || resp.status != http.StatusUnauthorized {
			return resp, err
		}
	}
}

// unsigned is the error of a signer, which may know what helps.
func unsigned(err error) *Error {
	e := cause(InvalidKey, err, askGitHub, "the JWT cannot be signed")
	if known, ok := errors.AsType[*Error](err); ok {
		copied := *known
		e = &copied
	}
	e.unsigned = true
	return e
}
