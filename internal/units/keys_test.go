package units

import (
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
)

// Every key has a path of its own, whatever the apps are called, and no key of a
// former app would be taken for another's next one.
func TestNoTwoFilesShareAPath(t *testing.T) {
	t.Parallel()
	var src strings.Builder
	for _, name := range []string{"takopi", "next", "pem", "x", "x-next", "x_next", "0"} {
		src.WriteString(strings.NewReplacer("takopi", name, "}", "  next_key = \"/next/"+name+"\"\n}").Replace(fourLines))
	}
	seen := map[string]string{}
	keys := 0
	for _, f := range desired(t, "/home/u", src.String()).Files {
		if other, twice := seen[f.Path]; twice {
			t.Errorf("%s is both %s and %s", f.Path, other, f.Label)
		}
		seen[f.Path] = f.Label
		if f.Secret {
			keys++
			if f.Kind != plan.Regular || f.Mode != 0o600 || f.Privacy != plan.Hidden || f.App == "" || f.From == "" {
				t.Errorf("%s: %+v", f.Path, f)
			}
		}
	}
	if keys != 14 {
		t.Errorf("%d keys, want 14", keys)
	}
}

// Two keys never change places, within an app or between two.
func TestDisplaced(t *testing.T) {
	t.Parallel()
	const first, firstNext, other = "/d/github-app.pem", "/d/github-app.next.pem", "/d/github-app-b.pem"
	for _, tt := range []struct {
		key, next, otherKey string
		want                string // the attributes that are refused, of a and of b
	}{
		{"/k", "/n", "/o", ""},
		{first, firstNext, other, ""}, // the operator keeps them where they belong
		{firstNext, "", "/o", ""},     // the next key has become the first one
		{"/k", "", first, ""},         // two installations of one App
		{first, "", first, ""},
		{firstNext, "/n", "/o", "a private_key"},
		{"/k", first, "/o", "a next_key"},
		{firstNext, first, "/o", "a private_key, a next_key"},
		{other, "", first, "a private_key, b private_key"},
		{other, "", "/o", ""},
		{"/k", other, firstNext, "a next_key, b private_key"},
	} {
		s := &spec.Spec{Paths: spec.Paths{ConfigDir: "/d"}, Apps: []spec.App{
			{Name: "a", PrivateKey: tt.key, NextKey: tt.next}, {Name: "b", PrivateKey: tt.otherKey}}}
		var got []string
		for _, key := range Keys(s) {
			if _, displaced := key.Displaced(Keys(s)); displaced {
				got = append(got, key.App+" "+key.Attr)
			}
		}
		if got := strings.Join(got, ", "); got != tt.want {
			t.Errorf("%+v: got %q", tt, got)
		}
	}
}
