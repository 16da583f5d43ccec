package mint

import (
	"context"
	"crypto"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

const (
	maxBody  = 100 << 10 // bytes after decompression; an answer has at most a few thousand
	maxTries = 4
)

// Client asks one GitHub.
type Client struct {
	baseURL   string
	userAgent string
	http      *http.Client
	now       func() time.Time
	sleep     func(context.Context, time.Duration) error
	// Warn is told what deserves a line but is no failure. NewClient sets one
	// that does nothing.
	Warn func(string)
}

// NewClient makes a client for the REST API at baseURL. caFile names further
// certificate authorities and may be empty. version goes into the User-Agent,
// without which GitHub answers 403.
func NewClient(baseURL, caFile, version string, now func() time.Time) (*Client, error) {
	t, err := transport(caFile)
	if err != nil {
		return nil, err
	}
	return &Client{
		baseURL:   strings.TrimRight(baseURL, "/"),
		userAgent: "ghauth-provision/" + version,
		http: &http.Client{
			Transport: t,
			// Nothing asked here has ever to be redirected, and a redirect is
			// how a token or JWT would leave for another host.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		now:   now,
		sleep: sleep,
		Warn:  func(string) {},
	}, nil
}

// Mint asks for a new token. It tries again what may pass, with exponential
// backoff and full jitter, as long as ctx allows. Where the clock of this host
// is not GitHub's, as the Date header tells, the JWT is made again once for
// GitHub's time, and the token's expires_at is told by the clock of this host.
// Errors are of type *Error.
func (c *Client) Mint(ctx context.Context, inst Installation, signer crypto.Signer) (Token, error) {
	var offset time.Duration
	corrected := false
	for try := 1; ; try++ {
		token, err := c.mintOnce(ctx, inst, signer, offset)
		skew, skewed := errors.AsType[*skewError](err)
		switch {
		case err == nil:
			return token, nil
		case skewed && corrected:
			return Token{}, skew.denied
		case skewed:
			offset, corrected = skew.offset, true
			c.Warn(fmt.Sprintf("this host's clock is off by %s from GitHub's: the JWT was made again for GitHub's time; set the clock (timedatectl set-ntp true)", -offset.Round(time.Second)))
		case !IsTemporary(err) || try >= maxTries || !c.pause(ctx, try, err):
			return Token{}, err
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

// mintOnce makes one request, for which it takes GitHub's clock to be ahead of
// this host's by offset.
func (c *Client) mintOnce(ctx context.Context, inst Installation, signer crypto.Signer, offset time.Duration) (Token, error) {
	sent := c.now()
	jwt, err := signJWT(inst.Issuer, signer, sent.Add(offset))
	if e, ok := errors.AsType[*Error](err); ok {
		return Token{}, e // a signer that knows what helps
	}
	if err != nil {
		return Token{}, cause(InvalidKey, err, askGitHub, "the JWT cannot be signed")
	}
	resp, body, err := c.call(ctx, http.MethodPost, fmt.Sprintf("/app/installations/%d/access_tokens", inst.ID), jwt)
	if err != nil {
		return Token{}, err
	}
	received := c.now()
	offset = clockOffset(resp.Header, sent, received)
	if resp.StatusCode/100 == 2 {
		return readToken(resp, body, sent, offset)
	}
	denied := refusal(resp, body, inst, received)
	if resp.StatusCode == http.StatusUnauthorized && offset != 0 {
		return Token{}, &skewError{denied, offset}
	}
	return Token{}, denied
}

// call makes one request and reads at most one byte more than maxBody of the
// answer.
func (c *Client) call(ctx context.Context, method, path, credential string) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.baseURL+path, nil)
	if err != nil {
		return nil, nil, cause(BadSetup, err, "check api_url in the spec's github block", "the API's URL is not valid")
	}
	req.Header.Set("Authorization", "Bearer "+credential)
	req.Header.Set("Accept", "application/vnd.github+json")
	req.Header.Set("X-GitHub-Api-Version", "2022-11-28")
	req.Header.Set("User-Agent", c.userAgent)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, nil, unreachable(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		return nil, nil, unreachable(err)
	}
	return resp, body, nil
}

func unreachable(err error) error {
	remedy := "check the network, the proxy and api_url; the timer tries again"
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		remedy = "if your GitHub or proxy has its own certificate authority, name it in ca_file; check this host's clock, too"
	}
	return cause(Temporary, err, remedy, "GitHub cannot be reached")
}
