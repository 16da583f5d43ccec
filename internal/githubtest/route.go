package githubtest

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/getkin/kin-openapi/routers"
)

// A call is one request to an endpoint.
type call struct {
	*http.Request
	origin string // scheme and host as this caller knows them
	api    string // the root of the API there
	sent   []byte // the body
	now    time.Time
}

// An endpoint answers a call, or refuses it. It runs under the server's lock.
type endpoint func(*call) (reply, error)

// route registers every endpoint: those of the description by their templates
// there, then those that the description leaves out and gh asks for.
func (s *Server) route() {
	const rest = "/api/v3"
	for _, prefix := range []string{"", rest} {
		s.handle("GET", prefix, "/app", s.asApp(s.getApp))
		s.handle("GET", prefix, "/app/installations", s.asApp(s.listInstallations))
		s.handle("GET", prefix, "/app/installations/{installation_id}", s.asApp(s.getInstallation))
		s.handle("POST", prefix, "/app/installations/{installation_id}/access_tokens", s.asApp(s.mint))
		s.handle("POST", prefix, "/app-manifests/{code}/conversions", s.convert)
		s.handle("GET", prefix, "/orgs/{org}/installation", s.asApp(s.orgInstallation))
		s.handle("GET", prefix, "/users/{username}/installation", s.asApp(s.userInstallation))
		s.handle("GET", prefix, "/repos/{owner}/{repo}/installation", s.asApp(s.repoInstallation))
		s.handle("GET", prefix, "/installation/repositories", s.asInstallation(s.listRepositories))
		s.handle("DELETE", prefix, "/installation/token", s.asInstallation(s.revoke))
		s.handle("GET", prefix, "/meta", s.asAnyone(meta))
		s.handle("GET", prefix, "/rate_limit", s.asAnyone(rateLimit))

		s.handle("GET", prefix, "/{$}", s.asAnyone(root))
		s.handle("GET", prefix, "/user", s.asInstallation(user))
	}
	s.handle("POST", "", "/graphql", s.asInstallation(s.graphql))
	s.handle("POST", "/api", "/graphql", s.asInstallation(s.graphql))
	s.routeRegistration()
	s.routeGit()
	s.mux.HandleFunc("/", s.nowhere)
}

// handle registers an endpoint below a prefix. Its request and its answer are
// checked if the description knows it.
func (s *Server) handle(method, prefix, path string, e endpoint) {
	op := s.described.operation(method, path)
	s.mux.HandleFunc(method+" "+prefix+path, func(w http.ResponseWriter, r *http.Request) {
		// Ten times what 500 repositories need; GitHub has its own bound.
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			refusal{http.StatusRequestEntityTooLarge, "Payload too large"}.reply().send(w)
			return
		}
		origin := "http://" + r.Host
		if r.TLS != nil {
			origin = "https://" + r.Host
		}
		s.respond(op, e, &call{Request: r, origin: origin, api: origin + prefix, sent: body}).send(w)
	})
}

// respond lets an endpoint answer, and checks both sides.
func (s *Server) respond(op *routers.Route, e endpoint, c *call) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.now = s.Now()
	if op != nil {
		s.note(c.Request, s.described.checkRequest(op, c.Request, c.sent))
	}
	a, err := e(c)
	if err != nil {
		a = refused(err)
	}
	a.setRate(c.now)
	if op != nil {
		if err := s.described.checkResponse(op, c.Request, a); err != nil {
			s.note(c.Request, err)
			// Loud: nothing may be built on an answer that GitHub would not give.
			return refused(err)
		}
	}
	return a
}

// nowhere answers what no endpoint takes, wrong methods included: GitHub knows
// no 405. It counts as a violation, since a client of this package that calls
// an endpoint which the package lacks is not tested by it.
func (s *Server) nowhere(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.note(r, errors.New("request: no such endpoint"))
	s.mu.Unlock()
	errNotFound.reply().send(w)
}

// note keeps a violation, if err is one.
func (s *Server) note(r *http.Request, err error) {
	if err != nil {
		s.violations = append(s.violations, r.Method+" "+r.URL.Path+": "+err.Error())
	}
}
