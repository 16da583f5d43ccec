package githubtest

import (
	"io"
	"net/http"
	"strings"
)

// A fault is a handler that stands in for the endpoints for n requests.
type fault struct {
	n      int
	match  string
	answer http.HandlerFunc
}

// Fail has answer take the place of GitHub for the next n requests that match,
// for all of them when n is negative: a 502, a page of HTML, a hang, a cut
// connection. A request matches when "METHOD /path" contains match; everything
// contains "". Faults wait in the order they were set, and [Server.Reset]
// forgets them. Requests that meet one are recorded, but not checked.
func (s *Server) Fail(n int, match string, answer http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &fault{n, match, answer})
}

// takeFault uses up one request of the first fault that matches r.
func (s *Server) takeFault(r *http.Request) http.HandlerFunc {
	for _, f := range s.faults {
		if f.n == 0 || !strings.Contains(r.Method+" "+r.URL.Path, f.match) {
			continue
		}
		if f.n > 0 {
			f.n--
		}
		return f.answer
	}
	return nil
}

// Refuse is a fault in the form of GitHub's own refusals: a status and a JSON
// object with a message, as in
// https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api.
// Headers are given as alternating names and values.
func Refuse(status int, message string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		refusal{status, message}.reply().send(w)
	}
}

// Hang is a fault that never answers: it holds the request until its client
// goes away or the server stops, then cuts the connection.
func Hang(_ http.ResponseWriter, r *http.Request) {
	// net/http watches for the client's departure only once the body is read.
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}
