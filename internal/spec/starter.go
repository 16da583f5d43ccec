package spec

import (
	"bytes"
	"errors"
	"fmt"
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

// Starter gives a spec for one app, whose values are as the user would write
// them in HCL; what is optional stands commented out, with its default.
func Starter(name string, values map[string]string) []byte {
	p := &parser{}
	var b bytes.Buffer
	b.WriteString("# What this host needs of GitHub. Then: ghauth-provision plan, ghauth-provision apply.\n")
	app := p.appBlock(&App{})
	fmt.Fprintf(&b, "\n# %s\napp %s {\n", app.doc, Quote(name))
	for _, a := range app.attrs {
		if v, ok := values[a.name]; ok {
			fmt.Fprintf(&b, "  # %s\n  %s = %s\n", a.doc, a.name, v)
		} else {
			fmt.Fprintf(&b, "  # %s: %s\n", a.name, a.doc)
		}
	}
	b.WriteString("}\n")
	for _, block := range p.blocks(p.defaults()) {
		fmt.Fprintf(&b, "\n# %s\n", block.doc)
		for line := range strings.Lines(optional(block)) {
			b.WriteString("# " + line)
		}
	}
	return hclwrite.Format(b.Bytes())
}

// optional gives a block that sets all its attributes to their defaults.
func optional(block block) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s {\n", block.name)
	for _, a := range block.attrs {
		if code(a.fallback) != a.fallback {
			fmt.Fprintf(&b, "%s = %s # %s\n", a.name, a.fallback, strings.TrimSuffix(a.doc, "."))
		}
	}
	b.WriteString("}\n")
	return string(hclwrite.Format([]byte(b.String())))
}

// Quote gives text as an HCL expression.
func Quote(text string) string {
	return string(hclwrite.TokensForValue(cty.StringVal(text)).Bytes())
}
