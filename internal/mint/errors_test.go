package mint

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestErrorKinds(t *testing.T) {
	for _, kind := range []Kind{Temporary, Denied, InvalidKey, BadSetup} {
		err := fmt.Errorf("app: %w", cause(kind, io.EOF, "do it", "it failed"))
		for _, other := range []Kind{Temporary, Denied, InvalidKey, BadSetup} {
			if got := errors.Is(err, &Error{Kind: other}); got != (kind == other) {
				t.Errorf("kind %d is %d: %v", kind, other, got)
			}
		}
		if got := IsTemporary(err); got != (kind == Temporary) {
			t.Errorf("IsTemporary() = %v for kind %d", got, kind)
		}
		if !errors.Is(err, io.EOF) {
			t.Errorf("%v has lost its cause", err)
		}
		// An error with words of its own is not the kind alone.
		for _, whole := range []error{&Error{Kind: kind, Reason: "another"}, &Error{Kind: kind, Err: io.EOF}} {
			if errors.Is(err, whole) {
				t.Errorf("%v is %v", err, whole)
			}
		}
	}
	if IsTemporary(nil) || IsTemporary(io.EOF) {
		t.Error("what is no *Error is temporary")
	}
}

func TestErrorText(t *testing.T) {
	for _, tt := range []struct {
		err  *Error
		want string
	}{
		{fault(Denied, "do it", "installation %d failed", 7), "installation 7 failed"},
		{cause(Denied, io.EOF, "do it", "it failed"), "it failed: EOF"},
		{cause(Denied, errors.New("sent "+canary), "do it", "it failed"), "it failed: sent ghs_Cana…"},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("Error() = %q, want %q", got, tt.want)
		}
	}
}
