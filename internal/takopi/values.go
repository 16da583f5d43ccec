package takopi

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Values returns, in JSON and in one line each, what src has for those of the keys
// that its [plugins.ghauth] has. Numbers that JSON does not know are texts there.
func Values(src []byte, keys []string) (map[string]string, error) {
	table, err := Table(src)
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	for _, key := range keys {
		if value, ok := table[key]; ok {
			values[key] = inJSON(value)
		}
	}
	return values, nil
}

func inJSON(value any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return inJSON(fmt.Sprint(value))
	}
	return string(bytes.TrimSpace(b.Bytes()))
}
