package takopi

import (
	"errors"
	"testing"
)

// An edit that does more than it should is found out, and gives no bytes.
func TestApplyRefuses(t *testing.T) {
	const src = "a = 1\n[plugins.ghauth]\nk = 1\nx = 2\n"
	at := func(start, end int, text string) edit { return edit{span{start, end}, text} }
	tests := []struct {
		name  string
		edits []edit
		owned map[string]any
	}{
		{"another key's value", []edit{at(4, 5, "2")}, nil},
		{"another key of the table", []edit{at(33, 34, "3")}, nil},
		{"another key is gone", []edit{at(29, 35, "")}, nil},
		{"a new foreign key", []edit{at(0, 0, "b = 1\n")}, nil},
		{"not the wanted value", []edit{at(27, 28, "2")}, map[string]any{"k": int64(3)}},
		{"still there", nil, map[string]any{"k": nil}},
		{"not there", nil, map[string]any{"new": int64(1)}},
		{"not TOML", []edit{at(0, 0, "=")}, nil},
		{"no table any more", []edit{at(6, len(src), "[[plugins.ghauth]]\n")}, nil},
		{"overlap", []edit{at(22, 28, "k = 2"), at(24, 28, "= 2")}, map[string]any{"k": int64(2)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := parse([]byte(src))
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("apply panicked: %v", r)
				}
			}()
			if got, err := d.apply(tt.edits, tt.owned); !errors.Is(err, errUnsafe) || got != nil {
				t.Errorf("apply = %q, %v, want %v", got, err, errUnsafe)
			}
		})
	}
}

func TestUntouched(t *testing.T) {
	d, err := parse([]byte(byteOrderMark + "a = 1\nb = 2\n"))
	if err != nil {
		t.Fatal(err)
	}
	edits := []edit{{span{4, 5}, "7"}, {span{12, 12}, "c = 3\n"}}
	tests := []struct {
		out  string
		want bool
	}{
		{byteOrderMark + "a = 7\nb = 2\nc = 3\n", true},
		{"a = 7\nb = 2\nc = 3\n", false},
		{byteOrderMark + "a = 7\nb =  2\nc = 3\n", false},
		{byteOrderMark + "a = 8\nb = 2\nc = 3\n", false},
		{byteOrderMark + "a = 7\nb = 2\nc = 3\n\n", false},
		{byteOrderMark + "a = 7\nb = 2\n", false},
	}
	for _, tt := range tests {
		if got := d.untouched([]byte(tt.out), edits); got != tt.want {
			t.Errorf("untouched(%q) = %t, want %t", tt.out, got, tt.want)
		}
	}
}
