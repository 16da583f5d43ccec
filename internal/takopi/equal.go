package takopi

import (
	"path/filepath"
	"strings"
)

// EqualBelow gives a comparison for Set that takes a path with ~ and the same
// one written out below home for equal, as Takopi's plugins expand what they
// read. Lengths and ids are compared as they are.
func EqualBelow(home string) func(key string, have, want any) bool {
	return func(key string, have, want any) bool {
		a, okA := have.(string)
		b, okB := want.(string)
		if (key == "token_env_file" || key == "refresh_script") && okA && okB {
			return expand(a, home) == expand(b, home)
		}
		return same(have, want)
	}
}

// TokenFile gives the token_env_file of src's [plugins.ghauth], its ~ expanded. It is
// empty where there is none, or src cannot be read.
func TokenFile(src []byte, home string) string {
	table, err := Table(src)
	file, ok := table["token_env_file"].(string)
	if err != nil || !ok {
		return ""
	}
	return expand(file, home)
}

func expand(path, home string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		return filepath.Join(home, rest)
	}
	return filepath.Clean(path)
}
