package mint

import (
	"net/http"
	"time"
)

// skewAllowed is how much clocks may differ and still be taken to agree.
const skewAllowed = 30 * time.Second

// skewError is a 401 that comes with a clock that differs: worth one more try.
type skewError struct {
	denied *Error
	offset time.Duration // GitHub's clock less this host's
}

func (e *skewError) Error() string { return e.denied.Error() }
func (e *skewError) Unwrap() error { return e.denied }

// clockOffset tells GitHub's clock less this host's, zero where they agree,
// from the Date header of an answer. It was written at some time between sent
// and received: how long an answer takes is no skew.
func clockOffset(h http.Header, sent, received time.Time) time.Duration {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	var offset time.Duration
	switch {
	case date.Before(sent):
		offset = date.Sub(sent)
	case date.After(received):
		offset = date.Sub(received)
	}
	if offset.Abs() <= skewAllowed {
		return 0
	}
	return offset
}
