package spec

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// Format gives src in the canonical layout. The error is an *Error where src
// is not HCL; what it means is not looked at.
func Format(name string, src []byte) ([]byte, error) {
	if len(src) > MaxSize {
		return nil, errors.New(name + " is too large")
	}
	file, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, &Error{diags, file, name}
	}
	return hclwrite.Format(src), nil
}

// Values are attributes to set, by the names of their blocks and their own, as the
// user would write them in HCL.
type Values map[string]map[string]string

// Starter gives a spec for one app; what is optional and not among the values stands
// commented out, with its default.
func Starter(name string, values Values) []byte {
	p := &parser{}
	var b bytes.Buffer
	b.WriteString("# What this host needs of GitHub. Then: ghauth-provision plan, ghauth-provision apply.\n")
	app := p.appBlock(&App{})
	fmt.Fprintf(&b, "\n# %s\napp %s {\n", app.doc, Quote(name))
	for _, a := range app.attrs {
		if v, ok := values[app.name][a.name]; ok {
			fmt.Fprintf(&b, "  # %s\n  %s = %s\n", a.doc, a.name, v)
		} else {
			fmt.Fprintf(&b, "  # %s: %s\n", a.name, a.doc)
		}
	}
	b.WriteString("}\n")
	for _, block := range p.blocks(p.defaults()) {
		fmt.Fprintf(&b, "\n# %s\n%s", block.doc, optional(block, values[block.name]))
	}
	return hclwrite.Format(b.Bytes())
}

// Further gives one more app for a starter, with its values and no more.
func Further(name string, app map[string]string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "\napp %s {\n", Quote(name))
	for _, a := range (&parser{}).appBlock(&App{}).attrs {
		if v, ok := app[a.name]; ok {
			fmt.Fprintf(&b, "%s = %s\n", a.name, v)
		}
	}
	b.WriteString("}\n")
	return hclwrite.Format(b.Bytes())
}

// optional gives a block that sets all its attributes. Those that have no value of
// their own have their defaults and are commented out, and so is a block of none but
// such.
func optional(block block, values map[string]string) string {
	var b strings.Builder
	unset := []bool{len(values) == 0}
	fmt.Fprintf(&b, "%s {\n", block.name)
	for _, a := range block.attrs {
		v, ok := values[a.name]
		if ok || code(a.fallback) != a.fallback {
			fmt.Fprintf(&b, "%s = %s # %s\n", a.name, cmp.Or(v, a.fallback), strings.TrimSuffix(a.doc, "."))
			unset = append(unset, !ok)
		}
	}
	b.WriteString("}\n")
	unset = append(unset, len(values) == 0)
	var text strings.Builder
	for i, line := range slices.Collect(strings.Lines(string(hclwrite.Format([]byte(b.String()))))) {
		switch {
		case unset[i] && len(values) > 0:
			line = "# " + strings.TrimLeft(line, " ")
		case unset[i]:
			line = "# " + line
		}
		text.WriteString(line)
	}
	return text.String()
}

// Quote gives text as an HCL expression.
func Quote(text string) string {
	return string(hclwrite.TokensForValue(cty.StringVal(text)).Bytes())
}
