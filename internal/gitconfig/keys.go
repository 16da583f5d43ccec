package gitconfig

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

const keyPrefix = "credential."

// Key is the name by which it is kept in mind that the helper for a URL is set.
func Key(url string) string { return keyPrefix + url }

// IsKey reports whether a name is one that Key gives.
func IsKey(name string) bool { return strings.HasPrefix(name, keyPrefix) }

// Earlier returns, for each key, what Set has replaced in src: nothing, since it
// adds lines and no more. The error is that of Set.
func Earlier(src []byte, keys []string) (map[string]string, error) {
	if _, err := scan(src); err != nil {
		return nil, err
	}
	earlier := map[string]string{}
	for _, key := range keys {
		earlier[key] = ""
	}
	return earlier, nil
}

// Values returns, in JSON and in one line each, the values of the helpers that keys
// stand for, as far as src has them. The error is an *Error.
func Values(src []byte, keys []string) (map[string]string, error) {
	values := map[string]string{}
	for _, key := range keys {
		d, err := read(src, strings.TrimPrefix(key, keyPrefix))
		if err != nil {
			return nil, err
		}
		if len(d.own) > 0 {
			values[key] = d.inJSON()
		}
	}
	return values, nil
}

// inJSON lists the values of our variables.
func (d *document) inJSON() string {
	values := []string{}
	for _, e := range d.own {
		values = append(values, e.value)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(values) // a list of strings has a JSON
	return strings.TrimSpace(b.String())
}

// GiveBack returns src without the helpers that keys stand for.
func GiveBack(src []byte, keys map[string]string) (after []byte, err error) {
	after = src
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if after, err = Unset(after, strings.TrimPrefix(key, keyPrefix)); err != nil {
			return nil, err
		}
	}
	return after, nil
}
