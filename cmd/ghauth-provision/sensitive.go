package main

import (
	"io"

	"github.com/ghauth-provision/ghauth-provision/internal/spec"
)

// hiding is standard error without the sensitive values of the spec, once that has
// been read, and without what a terminal would obey. Every line comes to it in one piece.
type hiding struct {
	io.Writer
	w *world
}

func (h hiding) Write(p []byte) (int, error) {
	_, err := io.WriteString(h.Writer, plain(h.w.secret.Hide(string(p))))
	return len(p), err
}

// veil does the same in what is wrong by a report, which is a result.
func (r *statusReport) veil(s *spec.Spec) {
	r.Host.Error = s.Hide(r.Host.Error)
	for i := range r.Notes {
		r.Notes[i] = s.Hide(r.Notes[i])
	}
	for i := range r.Apps {
		a := &r.Apps[i]
		a.Error, a.Key.Error = s.Hide(a.Error), s.Hide(a.Key.Error)
	}
}

func (r *doctorReport) veil(s *spec.Spec) {
	for i := range r.Checks {
		c := &r.Checks[i].Check
		c.Detail, c.Fix = s.Hide(c.Detail), s.Hide(c.Fix)
	}
}
