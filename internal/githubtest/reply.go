package githubtest

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// A reply is an answer of an endpoint, ready to be checked and sent.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// object is a JSON object of an answer.
type object = map[string]any

// answer makes a reply of a JSON body.
func answer(status int, body any) reply {
	data, err := json.Marshal(body)
	if err != nil {
		// The bodies are literals of strings, numbers and times.
		panic("githubtest: " + err.Error())
	}
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	return reply{status, header, data}
}

func (a reply) send(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// A refusal is a reply other than the wanted one, in the one form that GitHub
// has for all of them.
type refusal struct {
	status  int
	message string
}

func (e refusal) Error() string { return e.message }

func (e refusal) reply() reply {
	return answer(e.status, object{
		"message":           e.message,
		"documentation_url": "https://docs.github.com/rest",
		"status":            strconv.Itoa(e.status),
	})
}

// refused turns the error of an endpoint into its reply.
func refused(err error) reply {
	var r refusal
	if !errors.As(err, &r) {
		r = refusal{http.StatusInternalServerError, err.Error()}
	}
	return r.reply()
}

var (
	errNotFound = refusal{http.StatusNotFound, "Not Found"}
	// https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api#failed-login-limit
	errBadCredentials = refusal{http.StatusUnauthorized, "Bad credentials"}
	errNoCredentials  = refusal{http.StatusUnauthorized, "Requires authentication"}
	errSuspended      = refusal{http.StatusForbidden, "This installation has been suspended"}
)

// hourly is the primary rate limit of a small installation
// (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api).
// The stand-in tells it and never enforces it: that is a test's business, by
// [Server.Fail].
const hourly = 5000

// setRate adds the headers of the rate limit, which every answer carries.
func (a reply) setRate(now time.Time) {
	a.header.Set("X-RateLimit-Limit", strconv.Itoa(hourly))
	a.header.Set("X-RateLimit-Remaining", strconv.Itoa(hourly-1))
	a.header.Set("X-RateLimit-Used", "1")
	a.header.Set("X-RateLimit-Resource", "core")
	a.header.Set("X-RateLimit-Reset", strconv.FormatInt(nextHour(now).Unix(), 10))
}

func nextHour(t time.Time) time.Time { return t.Truncate(time.Hour).Add(time.Hour) }
