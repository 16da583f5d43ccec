package testneed

import (
	"errors"
	"testing"
)

// verdict keeps what became of a test.
type verdict struct{ skipped, failed bool }

func (*verdict) Helper()        {}
func (v *verdict) Skip(...any)  { v.skipped = true }
func (v *verdict) Fatal(...any) { v.failed = true }

func TestMissing(t *testing.T) {
	for _, c := range []struct {
		name, ci string
		need     func(TB)
		want     verdict
	}{
		{"nothing is missing", "true", func(t TB) { OK(t, nil) }, verdict{}},
		{"missing in CI", "true", func(t TB) { OK(t, errors.New("x")) }, verdict{failed: true}},
		{"missing elsewhere", "", func(t TB) { OK(t, errors.New("x")) }, verdict{skipped: true}},
		{"a program that is there", "true", func(t TB) { Program(t, "sh") }, verdict{}},
		{"a program that is not", "true", func(t TB) { Program(t, "sh", "no-such-program") }, verdict{failed: true}},
		{"a command that succeeds", "true", func(t TB) { Run(t, "true") }, verdict{}},
		{"a command that fails", "true", func(t TB) { Run(t, "false") }, verdict{failed: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("CI", c.ci)
			var got verdict
			if c.need(&got); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
