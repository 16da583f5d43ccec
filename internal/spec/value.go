package spec

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"
)

// value converts an attribute's value to its type and stores it. The error of
// store is shown to the user beside the value's place in the file.
type value struct {
	typ   cty.Type
	store func(cty.Value) error
}

// check looks at a string and says what is wrong with it.
type check func(string) error

// fromString takes a string, which it refuses where it holds what no path,
// name or env file can.
func fromString(set func(string) error) value {
	return value{cty.String, func(v cty.Value) error {
		s := v.AsString()
		if err := checkText(s); err != nil {
			return err
		}
		return set(s)
	}}
}

func text(to *string, checks ...check) value {
	return fromString(func(s string) error {
		*to = s
		return all(s, checks)
	})
}

// path stores an absolute, clean path.
func (p *parser) path(to *string, checks ...check) value {
	return fromString(func(s string) error {
		path, err := p.expand(s)
		if err != nil {
			return err
		}
		*to = path
		return all(*to, checks)
	})
}

func all(s string, checks []check) error {
	for _, c := range checks {
		if err := c(s); err != nil {
			return err
		}
	}
	return nil
}

func boolean(to *bool) value {
	return value{cty.Bool, func(v cty.Value) error {
		*to = v.True()
		return nil
	}}
}

func integer(to *int64, low, high int64) value {
	return value{cty.Number, func(v cty.Value) error {
		f := v.AsBigFloat()
		n, exact := f.Int64()
		if exact != big.Exact || n < low || n > high {
			return fmt.Errorf("must be a whole number from %d to %d", low, high)
		}
		*to = n
		return nil
	}}
}

func integers(to *[]int64) value {
	return value{cty.List(cty.Number), func(v cty.Value) error {
		*to = []int64{}
		for i, e := range v.AsValueSlice() {
			var n int64
			if e.IsNull() {
				return &entryError{index: i, error: errors.New("must not hold null")}
			}
			if err := integer(&n, -maxID, maxID).store(e); err != nil {
				return &entryError{index: i, error: fmt.Errorf("has an entry that %w", err)}
			}
			*to = append(*to, n)
		}
		return nil
	}}
}

func texts(to *[]string, checks ...check) value {
	return value{cty.List(cty.String), func(v cty.Value) error {
		*to = []string{}
		for i, e := range v.AsValueSlice() {
			var s string
			if e.IsNull() {
				return &entryError{index: i, error: errors.New("must not hold null")}
			}
			if err := text(&s, checks...).store(e); err != nil {
				return &entryError{index: i, error: fmt.Errorf("has an entry that %w", err)}
			}
			*to = append(*to, s)
		}
		return nil
	}}
}

func duration(to *time.Duration, unit, low, high time.Duration) value {
	return fromString(func(s string) error {
		d, err := time.ParseDuration(s)
		switch {
		case err != nil:
			return errors.New(`must be a duration such as "90s", "5m" or "1h"`)
		case d < low || d > high:
			return fmt.Errorf("must be from %s to %s", short(low), short(high))
		case d%unit != 0:
			return fmt.Errorf("must be a multiple of %s", short(unit))
		}
		*to = d
		return nil
	})
}

// short prints a duration without its zero parts: 5m, not 5m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
