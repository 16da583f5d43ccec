package takopi

import (
	"errors"
	"fmt"
)

// A setting is one line of the wanted table.
type setting struct {
	name      string
	value     any
	text      string // name = value, as written
	valueText string
}

// parseSettings reads the wanted table.
func parseSettings(wanted []byte) ([]setting, error) {
	d, err := parse(wanted)
	if err != nil {
		return nil, fmt.Errorf("wanted table: %v", err)
	}
	table, err := d.table()
	if err != nil {
		return nil, fmt.Errorf("wanted table: %v", err)
	}
	var settings []setting
	for _, e := range d.entries {
		if e.form == plainForm && e.path.depth == keyDepth {
			name := e.path.parts[keyDepth-1]
			settings = append(settings, setting{name, table[name],
				string(d.text(span{e.key, e.value.end})), string(d.text(e.value))})
		}
	}
	// One header, and below it nothing but the plain keys: all else would be
	// lost without a word.
	if d.header == nil || len(settings) != len(table) || !onlyTable(d.decoded) {
		return nil, errors.New("wanted table: it is not one [plugins.ghauth] with plain keys")
	}
	return settings, nil
}

// onlyTable reports whether a decoded document holds our table alone.
func onlyTable(decoded map[string]any) bool {
	plugins, _ := decoded[tablePath[0]].(map[string]any)
	return len(decoded) == 1 && len(plugins) == 1
}
