package testboot

import (
	"errors"
	"strings"
	"testing"
)

// A recorder is a test that only notes what becomes of it.
type recorder struct{ became string }

func (r *recorder) Helper()      {}
func (r *recorder) Skip(...any)  { r.became = "skipped" }
func (r *recorder) Fatal(...any) { r.became = "failed" }

func TestNeed(t *testing.T) {
	defer func(old func() error) { available = old }(available)
	for _, tt := range []struct {
		ci   string
		err  error
		want string
	}{
		{"", errors.New("no root"), "skipped"},
		{"true", errors.New("no root"), "failed"},
		{"true", nil, ""},
	} {
		t.Setenv("CI", tt.ci)
		available = func() error { return tt.err }
		r := &recorder{}
		Need(r)
		if r.became != tt.want {
			t.Errorf("CI=%s, %v: the test %q, want %q", tt.ci, tt.err, r.became, tt.want)
		}
	}
}

func TestBootWithoutMain(t *testing.T) {
	defer func() { mainCalled = true }()
	mainCalled = false
	if _, err := Boot(t.Context(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "call testboot.Main") {
		t.Errorf("got %v", err)
	}
}
