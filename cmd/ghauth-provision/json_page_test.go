package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestJSONPage holds docs/json.md to the types that are printed, and the schemas to them.
func TestJSONPage(t *testing.T) {
	const page = "../../docs/json.md"
	want := jsonPage(t)
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil || string(got) != want {
		t.Errorf("%s is not what is printed (%v): go test ./cmd/ghauth-provision -run TestJSONPage -update", page, err)
	}
}

// Of what has no schema the meanings are here.
const (
	mintSchema = `{"properties": {
		"token": {"type": "string", "description": "the whole token"},
		"created_at": {"format": "date-time"}, "expires_at": {"format": "date-time"},
		"host": {"type": "string", "description": "the GitHub that it is for"},
		"api_url": {"type": "string"},
		"owner": {"type": "string", "description": "whose repositories it reaches, where that is known"}},
		"required": ["token", "created_at", "expires_at", "host", "api_url"]}`
	versionSchema = `{"properties": {
		"version": {"type": "string"}, "commit": {"type": "string", "description": "of a build in a clone"},
		"date": {"type": "string", "description": "the commit's"},
		"modified": {"const": true, "description": "it was built from files that are not in the commit, too"},
		"go": {"type": "string"}, "platform": {"type": "string", "description": "such as linux/amd64"}},
		"required": ["version", "go", "platform"]}`
)

func jsonPage(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(`# JSON

<!-- Made from the types that are printed, and the schemas, by: go test ./cmd/ghauth-provision -run TestJSONPage -update -->

Each is one object on standard output. ` + "`version`" + ` of a plan, a status or a doctor's report is that of its form; fields may be added without another one. Times are in UTC (RFC 3339), spans in seconds. No secret is in
any but that of ` + "`mint --output json`" + `.
`)
	status := schemaOf(t, "status")
	forms, _ := status["oneOf"].([]any)
	for _, f := range []struct {
		title string
		of    any
		top   node
		root  node
	}{
		{"`plan --json`, and what `plan --out` saves ([schema](plan.schema.json))", planReport{}, schemaOf(t, "plan"), schemaOf(t, "plan")},
		{"`status --json` ([schema](status.schema.json))", statusReport{}, forms[0].(node), status},
		{"`status --json`, by root, of the broker ([schema](status.schema.json))", brokerReport{}, forms[1].(node), status},
		{"`doctor --json` ([schema](doctor.schema.json))", doctorReport{}, schemaOf(t, "doctor"), schemaOf(t, "doctor")},
		{"`mint --output json`", printedToken{}, parsedSchema(t, mintSchema), nil},
		{"`version --json`", build{}, parsedSchema(t, versionSchema), nil},
	} {
		b.WriteString("\n## " + f.title + "\n\n| field | value | meaning |\n|---|---|---|\n")
		p := printed{T: t, b: &b, root: f.root, seen: map[string]string{}}
		p.object("", reflect.TypeOf(f.of), f.top)
	}
	return b.String()
}

// A node is a part of a JSON schema.
type node = map[string]any

func schemaOf(t *testing.T, name string) node {
	t.Helper()
	data, err := os.ReadFile("../../docs/" + name + ".schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return parsedSchema(t, string(data))
}

func parsedSchema(t *testing.T, text string) (n node) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// printed writes the rows of one object.
type printed struct {
	*testing.T
	b    *strings.Builder
	root node
	seen map[string]string // where a part was told already, by its reference
}

// object has a row for each field of a struct, in its order, and wants the schema to have
// these and no others.
func (p printed) object(prefix string, of reflect.Type, schema node) {
	has, _ := schema["properties"].(node)
	left := maps.Clone(has)
	required, _ := schema["required"].([]any)
	for _, field := range reflect.VisibleFields(of) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" || name == "-" || !field.IsExported() {
			continue
		}
		part, ok := has[name].(node)
		if !ok {
			p.Errorf("the schema has no %s%s", prefix, name)
			continue
		}
		delete(left, name)
		if needed := slices.Contains(required, any(name)); needed == strings.Contains(options, "omit") {
			p.Errorf("%s%s is required by the schema: %t; by the type: %q", prefix, name, needed, options)
		}
		p.field(prefix+name, field.Type, part, strings.Contains(options, "omit"))
	}
	for name := range left {
		p.Errorf("nothing prints %s%s, which the schema has", prefix, name)
	}
}

func (p printed) field(path string, of reflect.Type, schema node, optional bool) {
	ref, schema := p.resolve(schema)
	for of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if items, ok := schema["items"].(node); ok && of.Kind() == reflect.Slice {
		list := schema
		ref, schema = p.resolve(items)
		if schema["description"] == nil {
			schema = maps.Clone(schema)
			schema["description"] = list["description"]
		}
		of, path = of.Elem(), path+"[]"
	}
	value, meaning := valueOf(schema), fmt.Sprint(schema["description"])
	if schema["description"] == nil {
		meaning = ""
	}
	_, isObject := schema["properties"]
	told := p.seen[ref]
	if isObject && told != "" {
		value = "as `" + told + "`"
	}
	name := "`" + path + "`"
	if optional {
		name += ", or left out"
	}
	fmt.Fprintf(p.b, "| %s | %s | %s |\n", name, value, strings.ReplaceAll(meaning, "|", "\\|"))
	if isObject && told == "" {
		if ref != "" {
			p.seen[ref] = path
		}
		p.object(path+".", of, schema)
	}
}

// resolve follows a reference, and says which.
func (p printed) resolve(schema node) (string, node) {
	ref, ok := schema["$ref"].(string)
	if !ok {
		return "", schema
	}
	defs, _ := p.root["$defs"].(node)
	def, ok := defs[strings.TrimPrefix(ref, "#/$defs/")].(node)
	if !ok {
		p.Fatalf("the schema has no %s", ref)
	}
	def = maps.Clone(def)
	if own := schema["description"]; own != nil {
		def["description"] = own
	}
	return ref, def
}

// valueOf says in few words what a value can be.
func valueOf(schema node) string {
	if enum, ok := schema["enum"].([]any); ok {
		var all []string
		for _, v := range enum {
			text, _ := json.Marshal(v)
			all = append(all, "`"+string(text)+"`")
		}
		return strings.Join(all, ", ")
	}
	if v, ok := schema["const"]; ok {
		return fmt.Sprintf("`%v`", v)
	}
	if schema["format"] == "date-time" {
		return "time"
	}
	switch of := schema["type"].(type) {
	case string:
		return of
	case nil:
		return "any"
	default:
		return strings.ReplaceAll(strings.Trim(fmt.Sprint(of), "[]"), " ", " or ")
	}
}
