package units

import (
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
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
