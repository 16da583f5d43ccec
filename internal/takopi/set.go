package takopi

import "strings"

// tableHeader is the header of a table that Set adds.
const tableHeader = "[plugins.ghauth]"

// Set returns src with the keys of the wanted table in its [plugins.ghauth].
//
// The wanted table is a TOML document of its own, holding [plugins.ghauth] and
// one plain key on each line; keys and values are taken over as they are
// written there. A key whose value in src equals the wanted one is left alone:
// equal decides, or a comparison of the decoded values where equal is nil. Any
// other value is replaced in place. Missing keys go below the table's last one,
// in its style, and a missing table to the end of the file. Keys that the wanted
// table does not have are never touched.
//
// Set refuses with an *Error what is not valid TOML and what cannot be edited
// safely: an inline table that lacks a key, and anything but a table at
// plugins.ghauth. Where nothing changes, src itself is returned.
func Set(src, wanted []byte, equal func(key string, have, want any) bool) ([]byte, error) {
	settings, err := parseSettings(wanted)
	if err != nil {
		return nil, err
	}
	d, err := parse(src)
	if err != nil {
		return nil, err
	}
	have, err := d.table()
	if err != nil {
		return nil, err
	}
	if equal == nil {
		equal = func(_ string, have, want any) bool { return same(have, want) }
	}
	edits, owned, err := d.changes(settings, have, equal)
	if err != nil {
		return nil, err
	}
	if len(edits) == 0 {
		return src, nil
	}
	return d.apply(edits, owned)
}

// changes returns the edits that the settings need, and the values that their
// keys then have.
func (d *document) changes(settings []setting, have map[string]any, equal func(string, any, any) bool) ([]edit, map[string]any, error) {
	owned := make(map[string]any)
	var edits []edit
	var missing []string
	for _, s := range settings {
		old, present := have[s.name]
		owned[s.name] = s.value
		switch slot := d.slot(s.name); {
		case !present:
			missing = append(missing, s.text)
		case equal(s.name, old, s.value):
			owned[s.name] = old
		case slot == nil:
			return nil, nil, d.refuseSubTable(s.name)
		default:
			edits = append(edits, edit{slot.value, s.valueText})
		}
	}
	if len(missing) == 0 {
		return edits, owned, nil
	}
	insertion, err := d.insert(missing)
	return append(edits, insertion), owned, err
}

// insert returns the edit that adds settings which the table lacks.
func (d *document) insert(settings []string) (edit, error) {
	if e := d.last(parentForm); e != nil {
		return edit{}, d.refuse(e.at, "%s is written inline: add the missing keys of plugins.ghauth by hand, or write it as a table of its own, below [%[1]s]",
			strings.Join(e.path.parts, "."))
	}
	for _, f := range []form{plainForm, dottedForm} {
		if e := d.last(f); e != nil {
			// The neighbour's indent and, for a dotted key, its table.
			prefix := string(d.src[e.line.start:e.key])
			for i := range settings {
				settings[i] = prefix + settings[i]
			}
			return d.insertLines(e.line.end, settings), nil
		}
	}
	switch {
	case d.header == nil && len(d.src) == 0:
		return d.insertLines(0, append([]string{tableHeader}, settings...)), nil
	case d.header == nil:
		return d.insertLines(len(d.src), append([]string{"", tableHeader}, settings...)), nil
	case d.onlyHolds(nil):
		// Unset removes the header of a table that holds nothing else. This
		// one was there before: a blank line below it says so.
		settings = append([]string{""}, settings...)
	}
	return d.insertLines(d.header.line.end, settings), nil
}
