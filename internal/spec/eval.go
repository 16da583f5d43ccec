package spec

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// Inputs are what a spec may refer to beside itself.
type Inputs struct {
	Home string            // the user's home directory, absolute
	Vars map[string]string // values for its variables
	Env  []string          // NAME=VALUE, for env.NAME
	// ReadFile is asked by the function file().
	ReadFile func(path string) ([]byte, error)
}

// secret marks the values of sensitive variables and all that is made of them,
// so that no diagnostic shows one.
type secret struct{}

// variable is a variable block while it is read.
type variable struct {
	value     cty.Value // its default, or NilVal
	sensitive bool
	at        hcl.Range
}

// variables reads the variable blocks and gives them their values: from Vars,
// else by default.
func (p *parser) variables(blocks hcl.Blocks) map[string]cty.Value {
	values, seen := map[string]cty.Value{}, map[string]variable{}
	p.vars = seen
	for _, b := range blocks {
		name := b.Labels[0]
		if !hclsyntax.ValidIdentifier(name) {
			p.fault(b.LabelRanges[0], "Invalid variable name", "%q cannot be written as var.NAME.", name)
			continue
		}
		if first, ok := seen[name]; ok {
			p.fault(b.LabelRanges[0], "Duplicate variable", "There is a variable %q already, at line %d.", name, first.at.Start.Line)
			continue
		}
		v := p.variable(b)
		seen[name] = v
		values[name] = p.valueOf(name, v)
	}
	for _, name := range slices.Sorted(maps.Keys(p.in.Vars)) {
		if _, ok := seen[name]; !ok {
			p.diags = p.diags.Append(&hcl.Diagnostic{Severity: hcl.DiagError, Summary: "No such variable",
				Detail: fmt.Sprintf("A value is given for %q, but the spec has no variable of that name.", name)})
		}
	}
	return values
}

func (p *parser) variable(b *hcl.Block) variable {
	v := variable{value: cty.NilVal, at: b.DefRange}
	content, diags := b.Body.Content(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "default"}, {Name: "sensitive"}}})
	p.diags = append(p.diags, diags...)
	if attr := content.Attributes["sensitive"]; attr != nil {
		p.store(attr, boolean(&v.sensitive))
	}
	if attr := content.Attributes["default"]; attr != nil {
		value, diags := attr.Expr.Value(&hcl.EvalContext{Functions: p.functions()})
		p.diags = append(p.diags, diags...)
		if !diags.HasErrors() {
			v.value = value
		}
	}
	return v
}

// valueOf settles the value of a variable. What comes from outside is text: it
// takes the default's type, in HCL's own notation where that is not a simple one.
func (p *parser) valueOf(name string, v variable) cty.Value {
	value := v.value
	if text, ok := p.in.Vars[name]; ok {
		var err error
		if value, err = fromText(text, v.value); err != nil {
			p.fault(v.at, "Invalid value", "The value given for variable %q %s.", name, err)
			value = cty.DynamicVal
		}
	} else if value == cty.NilVal {
		p.fault(v.at, "No value", "Variable %q has no default and is given no value: --var %s=VALUE.", name, name)
		value = cty.DynamicVal
	}
	if v.sensitive {
		value = value.Mark(secret{})
		p.conceal(value)
	}
	return value
}

func fromText(text string, like cty.Value) (cty.Value, error) {
	if like == cty.NilVal || like.IsNull() || like.Type() == cty.String {
		return cty.StringVal(text), nil
	}
	if like.Type().IsPrimitiveType() {
		v, err := convert.Convert(cty.StringVal(text), like.Type())
		if err != nil {
			return v, fmt.Errorf("is not a %s, as its default is", like.Type().FriendlyName())
		}
		return v, nil
	}
	expr, diags := hclsyntax.ParseExpression([]byte(text), "--var", hcl.InitialPos)
	if diags.HasErrors() {
		return cty.NilVal, errors.New("is not an HCL expression, as its default is")
	}
	v, diags := expr.Value(nil)
	if diags.HasErrors() {
		return cty.NilVal, errors.New("is not an HCL expression without references")
	}
	return v, nil
}

// context is what the expressions of the other blocks may refer to.
func (p *parser) context(vars map[string]cty.Value) *hcl.EvalContext {
	env := map[string]cty.Value{}
	for _, e := range p.in.Env {
		if name, value, ok := strings.Cut(e, "="); ok && hclsyntax.ValidIdentifier(name) {
			env[name] = cty.StringVal(value)
		}
	}
	return &hcl.EvalContext{
		Variables: map[string]cty.Value{"var": cty.ObjectVal(vars), "env": cty.ObjectVal(env)},
		Functions: p.functions(),
	}
}

// evaluate gives the value of an expression, unless it has faults.
func (p *parser) evaluate(expr hcl.Expression) (cty.Value, bool) {
	sensitive := false
	for _, t := range expr.Variables() {
		if t.RootName() != "var" || len(t) < 2 {
			continue
		}
		step, ok := t[1].(hcl.TraverseAttr)
		if !ok {
			continue
		}
		v, ok := p.vars[step.Name]
		if !ok {
			p.fault(step.SrcRange, "No such variable", "There is no variable %q.%s", step.Name, p.suggestion(step.Name))
			return cty.NilVal, false
		}
		sensitive = sensitive || v.sensitive
	}
	value, diags := expr.Value(p.ctx)
	p.tellUnset(expr, diags)
	if sensitive {
		// Functions know nothing of marks: their errors quote what they are given.
		for _, d := range diags {
			d.Detail = "It uses a sensitive variable, so no more is shown."
			d.Expression, d.EvalContext = nil, nil
		}
	}
	p.diags = append(p.diags, diags...)
	return value, !diags.HasErrors()
}

// tellUnset says in plain words where a fault is that the environment does not
// have a variable.
func (p *parser) tellUnset(expr hcl.Expression, diags hcl.Diagnostics) {
	for _, t := range expr.Variables() {
		if t.RootName() != "env" || len(t) < 2 {
			continue
		}
		step, ok := t[1].(hcl.TraverseAttr)
		for _, d := range diags {
			if ok && d.Subject != nil && *d.Subject == step.SrcRange {
				d.Summary, d.Detail = "Environment variable not set", fmt.Sprintf("The environment variable %q is not set.", step.Name)
			}
		}
	}
}

// suggestion names the variable that may have been meant.
func (p *parser) suggestion(name string) string {
	for _, have := range slices.Sorted(maps.Keys(p.vars)) {
		if levenshtein.Distance(name, have, nil) <= 2 {
			return fmt.Sprintf(" Did you mean %q?", have)
		}
	}
	return ""
}

// expand gives the absolute, clean form of a path as the spec writes it: ~ is
// the home directory, and what is relative lies beside the spec.
func (p *parser) expand(s string) (string, error) {
	if slices.Contains(strings.Split(s, "/"), "..") {
		return "", errors.New(`must not contain "..": write the directory itself`)
	}
	switch rest, tilde := strings.CutPrefix(s, "~"); {
	case tilde && rest != "" && rest[0] != '/':
		return "", errors.New("knows ~/ only, not another user's home: write the directory itself")
	case tilde:
		s = filepath.Join(p.in.Home, rest)
	case !filepath.IsAbs(s):
		s = filepath.Join(p.dir, s)
	}
	return filepath.Clean(s), nil
}
