package plan

import (
	"fmt"
	"maps"
	"slices"
)

// KeyChange is what becomes of a key in a file of which only some keys are ours. The
// values are in JSON, empty where the key is not set.
type KeyChange struct{ Key, Before, After string }

// String names the key and both values, in one line.
func (c KeyChange) String() string {
	return fmt.Sprintf("%s: %s to %s", c.Key, orUnset(c.Before), orUnset(c.After))
}

func orUnset(value string) string {
	if value == "" {
		return "none"
	}
	return value
}

// edited plans for a file in which only some keys are ours. Those that are no
// longer asked for get back what they had.
func (d *differ) edited(have, want File) error {
	rec, known := d.known[want.Path]
	next := Record{Path: want.Path, Kind: OfKeys, Label: want.Label, Was: rec.Was}
	if !known && have.Kind == Regular {
		next.Was = &Was{Mode: Perm(have.Mode)}
	}
	var err error
	if next.Keys, err = d.earlier(have.Content, want.Keys, rec); err != nil {
		return fmt.Errorf("%s: %w", want.Path, err)
	}
	if next.Set, err = d.asked(want); err != nil {
		return err
	}
	before, unasked := have.Content, maps.Clone(rec.Keys)
	maps.DeleteFunc(unasked, func(key, _ string) bool { return slices.Contains(want.Keys, key) })
	if len(unasked) > 0 {
		if before, err = d.desired.Keys.GiveBack(before, unasked); err != nil {
			return fmt.Errorf("%s: %w", want.Path, err)
		}
	}
	ahead := next
	ahead.Keys, ahead.Set = maps.Clone(next.Keys), maps.Clone(next.Set)
	maps.Copy(ahead.Keys, unasked)
	maps.DeleteFunc(ahead.Set, func(key, value string) bool { return rec.Set[key] != value }) // either may stand by then
	d.record(ahead, next)
	return d.edit(have, want, before, rec)
}

// earlier gives what the keys had before us: what is known of them, and of others
// what stands.
func (d *differ) earlier(src []byte, keys []string, rec Record) (map[string]string, error) {
	earlier, fresh := map[string]string{}, []string{}
	for _, key := range keys {
		if had, ours := rec.Keys[key]; ours {
			earlier[key] = had
		} else {
			fresh = append(fresh, key)
		}
	}
	if len(fresh) == 0 {
		return earlier, nil
	}
	stands, err := d.desired.Keys.Earlier(src, fresh)
	maps.Copy(earlier, stands)
	return earlier, err
}

// asked gives the values that want has for its keys.
func (d *differ) asked(want File) (map[string]string, error) {
	if len(want.Keys) == 0 {
		return nil, nil
	}
	alone, err := want.Edit(nil)
	if err != nil {
		return nil, err
	}
	return d.desired.Keys.Values(alone, want.Keys)
}

// edit plans the edit of before, which is what have holds or some of it.
func (d *differ) edit(have, want File, before []byte, rec Record) error {
	after, err := want.Edit(before)
	switch {
	case err != nil:
		return err
	case after == nil && have.link:
		after = []byte{}
	case after == nil:
		want.Kind = Absent
	}
	if after != nil {
		want.Content, want.Hash = after, Hash(after)
	}
	changes, err := d.keyChanges(have.Content, after, slices.Concat(want.Keys, slices.Collect(maps.Keys(rec.Keys))))
	if err != nil {
		return fmt.Errorf("%s: %w", want.Path, err)
	}
	if len(changes) > 0 && have.Kind == Regular {
		want.why = "our keys in it differ"
	}
	if d.act(have, want) != "" {
		a := &d.files[len(d.files)-1]
		a.Keys = changes
		a.Reason += rec.drift(changes)
	}
	return nil
}

// keyChanges gives the keys whose values differ, by name.
func (d *differ) keyChanges(before, after []byte, keys []string) (changes []KeyChange, err error) {
	if len(keys) == 0 {
		return nil, nil
	}
	had, err := d.desired.Keys.Values(before, keys)
	if err != nil {
		return nil, err
	}
	gets, err := d.desired.Keys.Values(after, keys)
	if err != nil {
		return nil, err
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		if had[key] != gets[key] {
			changes = append(changes, KeyChange{key, had[key], gets[key]})
		}
	}
	return changes, nil
}

// drift says which of the keys that change are no longer as the last apply has set
// them, for the reason of the action that mends them.
func (r Record) drift(changes []KeyChange) (text string) {
	for _, c := range changes {
		if set, known := r.Set[c.Key]; known && set != c.Before {
			text += fmt.Sprintf("; %s has been changed since the last apply, from %s to %s", c.Key, set, orUnset(c.Before))
		}
	}
	return text
}
