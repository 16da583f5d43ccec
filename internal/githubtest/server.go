package githubtest

import (
	"maps"
	"net/http"
	"net/http/cgi"
	"slices"
	"sync"
	"time"
)

// A Server is one GitHub with its apps and installations. It answers for every
// host name, and for each endpoint both where GitHub.com has it and below the
// prefixes of an Enterprise host, /api/v3 and /api/graphql
// (https://docs.github.com/en/enterprise-server/rest/quickstart).
//
// The exported fields are set before serving, or later by [Server.Change]. All
// methods may be called at any time from any goroutine.
type Server struct {
	// Now is the server's clock: the one that app JWTs are judged by, tokens
	// expire by and the Date header tells. It must not call back into the server.
	Now func() time.Time
	// TokenLife is how long a new token lives. GitHub's live for an hour
	// (https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app).
	TokenLife time.Duration
	// TokenFormat is the shape of new tokens.
	TokenFormat TokenFormat
	// Delay is waited before each answer.
	Delay time.Duration

	described *description
	mux       *http.ServeMux
	gitHome   *cgi.Handler // serves repositories; nil without any

	mu            sync.Mutex
	apps          map[int64]*App
	installations map[int64]*Installation
	renamed       map[string]string // old names of repositories, in lower case, to new ones
	tokens        []*Token
	conversions   map[string]*conversion // by the code that opens each
	faults        []*fault
	requests      []*Request
	violations    []string
}

// New returns a server without apps, on the machine's clock, whose tokens are
// [Classic] and live for an hour.
func New() *Server {
	s := &Server{
		Now:           time.Now,
		TokenLife:     time.Hour,
		described:     loadDescription(),
		mux:           http.NewServeMux(),
		apps:          make(map[int64]*App),
		installations: make(map[int64]*Installation),
		renamed:       make(map[string]string),
		conversions:   make(map[string]*conversion),
	}
	s.route()
	return s
}

// Change runs f while no request is being judged, so that f may set the fields
// of a server that is in use. It must not call the server's methods.
func (s *Server) Change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// ServeHTTP answers as GitHub would.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec, delay, fault := s.arrive(r)
	rw := &recorder{ResponseWriter: w, server: s, request: rec}
	rw.Header().Set("Date", rec.Time.UTC().Format(http.TimeFormat))
	select {
	case <-time.After(delay):
	case <-r.Context().Done():
		return
	}
	switch {
	case fault != nil:
		fault(rw, r)
	case r.UserAgent() == "":
		refuseAgent(rw)
	default:
		s.mux.ServeHTTP(rw, r)
	}
}

// refuseAgent answers a request without a User-Agent, which never gets as far
// as the API: the answer is plain text and no part of the description
// (https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api#user-agent).
func refuseAgent(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusForbidden)
	_, _ = w.Write([]byte(agentRefusal))
}

const agentRefusal = "Request forbidden by administrative rules. " +
	"Please make sure your request has a User-Agent header " +
	"(https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required). " +
	"Check https://developer.github.com for other possible causes.\n"

// Reset forgets the requests, violations and faults so far. Apps, installations
// and tokens stay.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests, s.violations, s.faults = nil, nil, nil
}

// Violations returns what did not fit GitHub's description so far, in order:
// requests that it does not allow, and answers of this package that it would
// not have. A test of a GitHub client wants none.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// sortedIDs returns m's keys in order: GitHub lists the oldest first.
func sortedIDs[V any](m map[int64]V) []int64 {
	return slices.Sorted(maps.Keys(m))
}
