package main_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestManifestPage: what docs/manifest.md shows is a manifest, and it tells of all that
// the schema has.
func TestManifestPage(t *testing.T) {
	data, err := os.ReadFile("../../docs/manifest.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	compiled, err := jsonschema.NewCompiler().Compile("../../docs/manifest.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blocksOf(page, "json") {
		shown := strings.ReplaceAll(b.text, `"…"`, `"`+strings.Repeat("0", 64)+`"`)
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(shown))
		if err == nil {
			err = compiled.Validate(value)
		}
		if err != nil {
			t.Errorf("line %d: %v", b.line, err)
		}
	}
	data, err = os.ReadFile("../../docs/manifest.schema.json")
	var schema struct {
		Properties map[string]any
		Defs       map[string]struct{ Properties map[string]any } `json:"$defs"`
	}
	if err == nil {
		err = json.Unmarshal(data, &schema)
	}
	if err != nil || len(schema.Defs["record"].Properties) < 10 {
		t.Fatalf("%v, %d properties", err, len(schema.Defs["record"].Properties))
	}
	for _, properties := range []map[string]any{schema.Properties, schema.Defs["record"].Properties} {
		for name := range properties {
			if !strings.Contains(page, "\n| `"+name+"`") && !strings.Contains(page, ", `"+name+"` |") {
				t.Errorf("the page does not tell of %s", name)
			}
		}
	}
}
