package takopi

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// A receipt is uv-receipt.toml, by which uv(1) knows how a tool was installed.
// To install it once more is to forget all of that, so all of it is given again.
type receipt struct {
	Tool tool `toml:"tool"`
}

type tool struct {
	Requirements []requirement  `toml:"requirements"`
	Constraints  []requirement  `toml:"constraints"`
	Overrides    []requirement  `toml:"overrides"`
	Excludes     []requirement  `toml:"excludes"`
	Build        []requirement  `toml:"build-constraint-dependencies"`
	Python       string         `toml:"python"`
	Entrypoints  []entrypoint   `toml:"entrypoints"`
	Options      map[string]any `toml:"options"`
}

type entrypoint struct {
	Name string `toml:"name"`
	Path string `toml:"install-path"`
	From string `toml:"from"` // the distribution that offers it
}

// errNotUnderstood is why a receipt cannot be repeated.
var errNotUnderstood = errors.New("uv-receipt.toml holds what this program does not know how to keep")

// parseReceipt reads a receipt. With an errNotUnderstood, it gives the rest of it.
func parseReceipt(data []byte) (tool, error) {
	var r receipt
	err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(&r)
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		return r.Tool, fmt.Errorf("%w: %v", errNotUnderstood, strings.Join(strict.Errors[0].Key(), "."))
	}
	if err != nil {
		return tool{}, fmt.Errorf("uv-receipt.toml is not valid: %w", err)
	}
	t := r.Tool
	if len(t.Constraints)+len(t.Overrides)+len(t.Excludes)+len(t.Build) > 0 {
		return t, fmt.Errorf("%w: constraints or overrides", errNotUnderstood)
	}
	return t, nil
}

// optionFlags writes the receipt's options as flags, each of which has the
// option's name (uv(1), "Settings").
func (t tool) optionFlags() (flags []string, err error) {
	for _, key := range slices.Sorted(maps.Keys(t.Options)) {
		values, ok := t.Options[key].([]any)
		if !ok {
			values = []any{t.Options[key]}
		}
		for i, v := range values {
			// What uv also has from its own configuration it writes down twice.
			if slices.ContainsFunc(values[:i], func(earlier any) bool { return reflect.DeepEqual(earlier, v) }) {
				continue
			}
			switch v := v.(type) {
			case bool:
				if v {
					flags = append(flags, "--"+key)
				}
			case string:
				flags = append(flags, "--"+key, v)
				err = errors.Join(err, withoutSecret(key, v))
			case map[string]any:
				index, bad := indexFlags(key, v)
				flags, err = append(flags, index...), errors.Join(err, bad)
			default:
				err = errors.Join(err, fmt.Errorf("%w: %s", errNotUnderstood, key))
			}
		}
	}
	return flags, err
}

// indexFlags writes a package index.
func indexFlags(key string, index map[string]any) ([]string, error) {
	flag, address := "--index", ""
	for name, v := range index {
		text, _ := v.(string)
		isTrue, _ := v.(bool)
		switch {
		case name == "url" && key == "index":
			address = text
		case name == "default" && isTrue:
			flag = "--default-index"
		case name == "name" || v == false: // the name is for those who refer to it
		default:
			return nil, fmt.Errorf("%w: %s.%s", errNotUnderstood, key, name)
		}
	}
	return []string{flag, address}, withoutSecret(key, address)
}
