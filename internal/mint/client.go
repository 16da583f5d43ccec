package mint

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// maxBody bounds an answer, in bytes after decompression; those that are no
// lists have at most a few thousand.
const maxBody = 100 << 10

// Client asks one GitHub, for as many Apps as there are: it keeps connections
// for all of them, and what it has seen of GitHub's clock. It may be used by
// several goroutines at once.
type Client struct {
	baseURL   string
	userAgent string
	http      *http.Client
	clock     *clock
	now       func() time.Time
	sleep     func(context.Context, time.Duration) error
	warn      func(string)
}

// NewClient makes a client for the REST API at baseURL. caFile names further
// certificate authorities and may be empty. version goes into the User-Agent,
// without which GitHub answers 403.
func NewClient(baseURL, caFile, version string, now func() time.Time) (*Client, error) {
	t, err := Transport(caFile)
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
		clock: new(clock),
		now:   now,
		sleep: sleep,
		warn:  func(string) {},
	}, nil
}

// WithWarn gives a client that tells warn what deserves a line but is no
// failure. It shares c's connections and c's view of GitHub's clock, of which
// only the first of all that share it is warned.
func (c *Client) WithWarn(warn func(string)) *Client {
	d := *c
	d.warn = warn
	return &d
}

// WithTransport gives a client that goes over rt in place of the network, with a
// view of GitHub's clock of its own: for worlds in which time is not the machine's.
func (c *Client) WithTransport(rt http.RoundTripper) *Client {
	d := *c
	d.clock = new(clock)
	h := *c.http
	h.Transport = rt
	d.http = &h
	return &d
}

// A request is one to GitHub.
type request struct {
	method, path string
	body         []byte // JSON, or nil
	most         int64  // how many bytes of the answer to read; one more tells that there were more
}

func get(path string) request { return request{method: http.MethodGet, path: path, most: maxBody} }

// A response is GitHub's answer, read.
type response struct {
	status   int
	header   http.Header
	body     []byte
	tooLarge bool
	// The request was sent, and the answer read, at these times of this host's
	// clock, which GitHub's is ahead of by offset.
	sent, received time.Time
	offset         time.Duration
}

// call makes one request, with a credential unless that is empty.
func (c *Client) call(ctx context.Context, r request, credential string) (response, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, c.baseURL+r.path, bytes.NewReader(r.body))
	if err != nil {
		return response{}, cause(BadSetup, err, "check api_url in the spec's github block", "the API's URL is not valid")
	}
	if credential != "" {
		req.Header.Set("Authorization", "Bearer "+credential)
	}
	req.Header.Set("Accept", "application/vnd.github+json")
	req.Header.Set("X-GitHub-Api-Version", "2022-11-28")
	req.Header.Set("User-Agent", c.userAgent)
	if len(r.body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	sent := c.now()
	resp, err := c.http.Do(req)
	if err != nil {
		return response{}, unreachable(ctx, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, r.most+1))
	if err != nil {
		return response{}, unreachable(ctx, err)
	}
	received := c.now()
	offset, dated := clockOffset(resp.Header, sent, received)
	if !dated {
		offset = c.Offset()
	} else if c.clock.see(offset) {
		c.warn(skewWarning(offset))
	}
	return response{resp.StatusCode, resp.Header, body, int64(len(body)) > r.most, sent, received, offset}, nil
}

// unreachable sorts what kept an answer from coming. A certificate that is not
// trusted stays so: to try again does not help. Who ends a run, by a signal, is not told
// to look at the network.
func unreachable(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return cause(Temporary, err, "run it again, or let the timer do it", "told to end before GitHub had answered")
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return cause(BadSetup, err, "if your GitHub or proxy has its own certificate authority, name it in ca_file; check this host's clock, too",
			"GitHub's certificate is not trusted")
	}
	return cause(Temporary, err, "check the network, the proxy and api_url; the timer tries again", "GitHub cannot be reached")
}
