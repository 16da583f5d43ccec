package takopi

import (
	"bytes"
	"errors"
	"fmt"
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
	Constraints  []any          `toml:"constraints"`
	Overrides    []any          `toml:"overrides"`
	Excludes     []any          `toml:"excludes"`
	Build        []any          `toml:"build-constraint-dependencies"`
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
