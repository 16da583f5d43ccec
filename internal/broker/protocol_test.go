package broker

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

func TestRequestsThatAreNotValid(t *testing.T) {
	for _, line := range []string{
		``, `x`, `[]`, `null`, `{}`, `{"app":"takopi"}`,
		`{"version":2,"app":"takopi"}`,
		`{"version":1}`,
		`{"version":1,"app":"../x"}`,
		`{"version":1,"app":"takopi"} {}`,
		`{"version":1,"app":"takopi","narrow":["x"]}`, // of a later version, perhaps
		`{"version":1,"app":"takopi","repositories":[]}`,
		`{"version":1,"app":"takopi","repositories":["o/r"]}`,
		`{"version":1,"app":"takopi","repositories":[""]}`,
		`{"version":1,"app":"takopi","permissions":{}}`,
		`{"version":1,"app":"takopi","permissions":{"contents":"all"}}`,
		`{"version":1,"app":"takopi","permissions":{"":"read"}}`,
		`{"version":1,"app":"takopi","min_life_seconds":-1}`,
		`{"version":1,"app":"takopi","min_life_seconds":3601}`,
		`{"version":1,"app":"takopi","repositories":[` + strings.Repeat(`"a",`, maxRepositories) + `"a"]}`,
	} {
		if r, err := parseRequest([]byte(line)); err == nil {
			t.Errorf("%.80s is taken as %+v", line, r)
		}
	}
}

// A request that is taken is well within what it may be, and says the same when it is
// written again.
func FuzzRequest(f *testing.F) {
	f.Add(`{"version":1,"app":"takopi"}`)
	f.Add(`{"version":1,"app":"takopi","repositories":["a"],"permissions":{"contents":"write"},"min_life_seconds":60,"force":true}`)
	f.Add(`{"version":1,"app":"takopi","repositories":null}`)
	f.Fuzz(func(t *testing.T, line string) {
		r, err := parseRequest([]byte(line))
		if err != nil {
			return
		}
		if strings.ContainsAny(r.App+strings.Join(r.Repositories, ""), "\"\\/\n ") {
			t.Errorf("%q was taken", line)
		}
		again, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := parseRequest(again); err != nil || !reflect.DeepEqual(got, r) {
			t.Errorf("%s became %+v, %v", again, got, err)
		}
	})
}

// Whatever a server says, a client gets a token or an error.
func FuzzAnswer(f *testing.F) {
	f.Add(`{"version":1,"token":"ghs_x","created_at":"2026-05-04T03:02:01Z","expires_at":"2026-05-04T04:02:01Z","key":"SHA256:x"}`)
	f.Add(`{"version":1,"error":{"kind":"denied","reason":"no","remedy":"yes"}}`)
	f.Add(`{"version":1}`)
	f.Add(`{"version":1,"error":{"kind":"x"}}`)
	f.Fuzz(func(t *testing.T, line string) {
		token, err := parseAnswer([]byte(line))
		if (err == nil) != (token.Value != "") {
			t.Errorf("%q: %v, %v", line, token, err)
		}
		if _, ok := errors.AsType[*mint.Error](err); err != nil && !ok {
			t.Errorf("%q: %T", line, err)
		}
	})
}
