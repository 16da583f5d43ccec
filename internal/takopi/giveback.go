package takopi

import (
	"maps"
	"slices"
)

// Earlier returns for each of the keys what src has for it in its
// [plugins.ghauth], as a wanted table for Set; an empty text where it has
// nothing. That is what GiveBack takes.
func Earlier(src []byte, keys []string) (map[string]string, error) {
	earlier := make(map[string]string)
	for _, key := range keys {
		text, err := Extract(src, []string{key})
		if err != nil {
			return nil, err
		}
		earlier[key] = string(text)
	}
	return earlier, nil
}

// GiveBack returns src with the earlier values of the keys that Earlier was
// asked for: what Set replaced or added since is as it was before, byte for byte,
// and so is all else.
func GiveBack(src []byte, earlier map[string]string) ([]byte, error) {
	var added []string
	for _, key := range slices.Sorted(maps.Keys(earlier)) {
		if earlier[key] == "" {
			added = append(added, key)
			continue
		}
		var err error
		if src, err = Set(src, []byte(earlier[key]), sameText); err != nil {
			return nil, err
		}
	}
	return Unset(src, added)
}

// sameText lets Set write every value anew: equal ones may be written in
// another way.
func sameText(string, any, any) bool { return false }
