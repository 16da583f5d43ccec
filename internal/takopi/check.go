package takopi

import (
	"maps"
	"math"
	"reflect"
)

// becomes reports whether after decodes as d does but for the owned keys of
// our table, and has these with the given values; nil stands for no such key.
func (d *document) becomes(after *document, owned map[string]any) bool {
	table, err := after.table()
	if err != nil {
		return false
	}
	for name, want := range owned {
		have, ok := table[name]
		if ok != (want != nil) || ok && !same(have, want) {
			return false
		}
	}
	return same(foreign(d.decoded, owned), foreign(after.decoded, owned))
}

// foreign returns the decoded file without the owned keys, and without our
// table and its parent where they hold nothing else.
func foreign(decoded, owned map[string]any) map[string]any {
	root := maps.Clone(decoded)
	plugins, ok := root["plugins"].(map[string]any)
	if !ok {
		return root
	}
	plugins = maps.Clone(plugins)
	if table, ok := plugins["ghauth"].(map[string]any); ok {
		table = maps.Clone(table)
		maps.DeleteFunc(table, func(name string, _ any) bool {
			_, ours := owned[name]
			return ours
		})
		plugins["ghauth"] = table
		if len(table) == 0 {
			delete(plugins, "ghauth")
		}
	}
	root["plugins"] = plugins
	if len(plugins) == 0 {
		delete(root, "plugins")
	}
	return root
}

// same compares decoded values. It is reflect.DeepEqual, but for a NaN, which
// is the same as another.
func same(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, same)
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !same(a[i], b[i]) {
				return false
			}
		}
		return true
	case float64:
		b, ok := b.(float64)
		return ok && (a == b || math.IsNaN(a) && math.IsNaN(b))
	}
	return reflect.DeepEqual(a, b)
}
