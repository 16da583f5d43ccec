package keysource

import (
	"reflect"
	"strings"
	"testing"
)

// What is read is written as something that is read as the same, and that stands in
// single quotes.
func FuzzParse(f *testing.F) {
	f.Add(`{"command":["/usr/bin/sign","it's"]}`)
	f.Add(`{"broker":"/run/b.sock"}`)
	f.Add(`{"vault":{"address":"https://vault.example","mount":"transit","key":"k","version":1}}`)
	f.Add(`{"file":"/k.pem"}{}`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			return
		}
		again := s.Encode()
		if back, err := Parse(again); err != nil || !reflect.DeepEqual(back, s) || strings.Contains(again, "'") {
			t.Errorf("%q is read back as %+v, %v, want %+v", again, back, err, s)
		}
	})
}
