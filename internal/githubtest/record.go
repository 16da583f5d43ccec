package githubtest

import (
	"net/http"
	"strings"
	"time"
)

// A Request is the trace of one request. It holds no secret.
type Request struct {
	Method string
	Path   string // as sent, an Enterprise host's prefix included
	Query  string
	Agent  string // the User-Agent
	Scheme string // of the Authorization header in lower case, "" without one
	// Prefix is the first four characters of the credential: "ghs_" for an
	// installation token, "eyJh" for most JWTs.
	Prefix string
	Status int       // 0 while unanswered
	Time   time.Time // of arrival, by the server's clock
}

// Requests returns the requests so far in the order of their arrival. The
// status of an answer stands before its client can see the answer.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Request
	for _, r := range s.requests {
		all = append(all, *r)
	}
	return all
}

// arrive records r and takes the fault that awaits it, if any.
func (s *Server) arrive(r *http.Request) (*Request, time.Duration, http.HandlerFunc) {
	scheme, secret := credential(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	rec := &Request{
		Method: r.Method,
		Path:   r.URL.Path,
		Query:  r.URL.RawQuery,
		Agent:  r.UserAgent(),
		Scheme: scheme,
		Prefix: secret[:min(4, len(secret))],
		Time:   s.Now(),
	}
	s.requests = append(s.requests, rec)
	return rec, s.Delay, s.takeFault(r)
}

// credential splits the Authorization header into its scheme, in lower case
// since RFC 9110 section 11.1 has schemes case-insensitive, and its secret.
func credential(r *http.Request) (scheme, secret string) {
	scheme, secret, _ = strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.ToLower(scheme), strings.TrimSpace(secret)
}

// A recorder notes the status of an answer before it leaves.
type recorder struct {
	http.ResponseWriter
	server  *Server
	request *Request
}

func (w *recorder) WriteHeader(status int) {
	w.note(status)
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(p []byte) (int, error) {
	w.note(http.StatusOK)
	return w.ResponseWriter.Write(p)
}

// Unwrap lets a fault reach the connection by [http.ResponseController].
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// note keeps the first final status: a later one never reaches the client.
func (w *recorder) note(status int) {
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	if w.request.Status == 0 && status >= http.StatusOK {
		w.request.Status = status
	}
}
