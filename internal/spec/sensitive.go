package spec

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// Hide gives text with "(sensitive)" in place of every value that comes from a
// sensitive variable. Errors of the system and of GitHub quote such values, too.
func (s *Spec) Hide(text string) string {
	if s == nil || s.sensitive == nil {
		return text
	}
	return s.sensitive.ReplaceAllLiteralString(text, "(sensitive)")
}

// conceal notes the texts in v that come from sensitive variables.
func (p *parser) conceal(v cty.Value) {
	bare, marked := v.UnmarkDeepWithPaths()
	for _, m := range marked {
		part, err := m.Path.Apply(bare)
		if err != nil || !part.IsWhollyKnown() {
			continue
		}
		// The walk fails only when its function does.
		_ = cty.Walk(part, func(at cty.Path, leaf cty.Value) (bool, error) {
			p.concealText(keyAt(at))
			if leaf.Type() == cty.String || leaf.Type() == cty.Number {
				leaf, _ = convert.Convert(leaf, cty.String)
				p.concealText(leaf)
			}
			return true, nil
		})
	}
}

// keyAt gives the key by which a map or an object has what is at a path.
func keyAt(at cty.Path) cty.Value {
	if len(at) == 0 {
		return cty.NullVal(cty.String)
	}
	switch step := at[len(at)-1].(type) {
	case cty.GetAttrStep:
		return cty.StringVal(step.Name)
	case cty.IndexStep:
		return step.Key
	}
	return cty.NullVal(cty.String)
}

// concealText notes a text in the forms that messages have it in: as it is, as the
// path that it may be, with and without the home, and each of these in quotes.
func (p *parser) concealText(v cty.Value) {
	if v.IsNull() || v.Type() != cty.String || v.AsString() == "" {
		return
	}
	s := v.AsString()
	forms := []string{s}
	if path, err := p.expand(s); err == nil {
		forms = append(forms, path)
	}
	for _, form := range forms {
		below := strings.TrimPrefix(form, p.in.Home+"/")
		for _, f := range []string{form, below} {
			quoted := strconv.Quote(f)
			p.secrets = append(p.secrets, f, quoted[1:len(quoted)-1], strings.ReplaceAll(f, "'", `'\''`))
		}
	}
}

// hidden makes one expression of what was noted, nil for nothing. The longest
// comes first: a value may be part of another.
func (p *parser) hidden() *regexp.Regexp {
	if len(p.secrets) == 0 {
		return nil
	}
	slices.SortFunc(p.secrets, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) })
	// What is so short is found within many a word: it is hidden where it stands alone.
	short := regexp.MustCompile(`^\w{1,3}$`)
	var exprs []string
	for _, s := range slices.Compact(p.secrets) {
		expr := regexp.QuoteMeta(s)
		if short.MatchString(s) {
			expr = `\b` + expr + `\b`
		}
		exprs = append(exprs, expr)
	}
	return regexp.MustCompile(strings.Join(exprs, "|"))
}
