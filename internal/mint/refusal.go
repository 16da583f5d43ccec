package mint

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	remedyKey   = "check app_id or client_id, and that this key is listed on the App's settings page"
	remedyClock = "set this host's clock: timedatectl set-ntp true; check with timedatectl, and mint again"
	remedyApp   = "check app_id or client_id, and host in the spec's github block"
)

// refusal sorts an answer that is no token by status, headers and message:
// docs.github.com, "Troubleshooting the REST API" and "Rate limits for the
// REST API"; the messages are as GitHub sends them. The zero inst stands for
// one that the caller does not know.
func refusal(resp response, inst Installation) *Error {
	msg := message(resp.body)
	e := sortRefusal(resp, msg, inst)
	if msg != noMessage && e.Remedy != remedyApp {
		e.status = resp.status
	}
	return e
}

func sortRefusal(resp response, msg string, inst Installation) *Error {
	said := fmt.Sprintf("GitHub answers %d %s", resp.status, msg)
	switch code := resp.status; {
	case code >= 300 && code < 400:
		return fault(Denied, "check host and api_url in the spec's github block", "GitHub answers %d, a redirect, which is refused: api_url is not the API's own address", code)
	case code == http.StatusUnauthorized && strings.Contains(msg, "could not be decoded"):
		return cause(Denied, ErrUnknownKey, remedyKey, said)
	case code == http.StatusUnauthorized && (strings.Contains(msg, "('exp')") || strings.Contains(msg, "('iat')")):
		return fault(Denied, remedyClock, "%s: this host's clock is not GitHub's", said)
	case code == http.StatusUnauthorized:
		return fault(Denied, remedyKey, "%s: wrong key or app id", said)
	case code == http.StatusForbidden && strings.Contains(msg, "suspended"):
		return fault(Denied, "an owner has to unsuspend it at GitHub: Settings, Applications, Installed GitHub Apps", "%s: %s is suspended", said, inst)
	case code == http.StatusTooManyRequests, code == http.StatusForbidden && limited(resp.header, msg):
		limit := fault(Temporary, "the timer tries again; fewer mints help", "%s: a rate limit", said)
		limit.wait = retryAfter(resp.header, resp.received)
		return limit
	case code == http.StatusForbidden:
		return fault(Denied, "look at the App's and the organisation's settings", "%s", said)
	case code == http.StatusNotFound && strings.Contains(msg, "Integration not found"):
		return fault(Denied, remedyApp, "%s: no App has this id", said)
	case code == http.StatusNotFound && inst.ID != 0 && msg != noMessage:
		return fault(Denied, "check installation_id, the number in the URL of the installation's settings, and the App's id; perhaps the App was uninstalled", "%s: App %s has no installation %d", said, inst.Issuer, inst.ID)
	case code == http.StatusUnprocessableEntity && strings.Contains(msg, "Too many repositories"):
		return fault(Denied, "a token can be narrowed to at most 500 repositories", "%s: repositories has %d", said, len(inst.Repositories))
	case code == http.StatusUnprocessableEntity:
		return fault(Denied, remedyScope, "%s", said)
	case code >= 500 || code == http.StatusRequestTimeout:
		trouble := fault(Temporary, "GitHub is in trouble; the timer tries again", "%s", said)
		if resp.header.Get("Retry-After") != "" {
			trouble.wait = retryAfter(resp.header, resp.received)
		}
		return trouble
	default:
		return fault(Denied, "check api_url in the spec's github block", "%s", said)
	}
}

// String names the installation in messages.
func (i Installation) String() string {
	if i.ID == 0 {
		return "the installation"
	}
	return fmt.Sprintf("installation %d", i.ID)
}

// limited tells a rate limit from other kinds of 403.
func limited(h http.Header, msg string) bool {
	return h.Get("Retry-After") != "" || h.Get("X-RateLimit-Remaining") == "0" || strings.Contains(strings.ToLower(msg), "rate limit")
}

// retryAfter reads how long to wait at a rate limit: Retry-After in seconds or
// as a date (RFC 9110, section 10.2.3), else until X-RateLimit-Reset where nothing
// remains, else the minute that GitHub asks for. Times are by GitHub's clock, where
// the answer tells it. A limit lasts an hour at most; the time may just have been.
func retryAfter(h http.Header, now time.Time) time.Duration {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	until := func(at time.Time) time.Duration { return min(max(time.Second, at.Sub(now)), time.Hour) }
	after := h.Get("Retry-After")
	if s, err := strconv.Atoi(after); err == nil && s > 0 {
		return time.Duration(min(s, 3600)) * time.Second
	}
	if at, err := http.ParseTime(after); err == nil {
		return until(at)
	}
	if h.Get("X-RateLimit-Remaining") == "0" {
		if at, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64); err == nil {
			return until(time.Unix(at, 0))
		}
	}
	return time.Minute
}
