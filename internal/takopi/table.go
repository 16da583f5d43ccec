package takopi

import "bytes"

// Table returns the decoded [plugins.ghauth], however it is written, or nil if
// src has none.
func Table(src []byte) (map[string]any, error) {
	d, err := parse(src)
	if err != nil {
		return nil, err
	}
	return d.table()
}

// Extract returns those of the keys that src has in its [plugins.ghauth] as a
// wanted table for Set, their values as they are written, or nil if it has
// none of them. What an edit replaces can so be kept, and set again later.
func Extract(src []byte, keys []string) ([]byte, error) {
	d, err := parse(src)
	if err != nil {
		return nil, err
	}
	table, err := d.table()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, name := range keys {
		if _, ok := table[name]; !ok {
			continue
		}
		slot := d.slot(name)
		if slot == nil {
			return nil, d.refuseSubTable(name)
		}
		if out.Len() == 0 {
			out.WriteString(tableHeader + "\n")
		}
		out.Write(d.text(span{slot.key, slot.value.end}))
		out.WriteByte('\n')
	}
	return out.Bytes(), nil
}
