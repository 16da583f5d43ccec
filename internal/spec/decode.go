package spec

import (
	"errors"
	"reflect"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// found is a block as it stands in the spec, and where each of its attributes
// and blocks stands in it. One that is wrong counts as standing there, so that it
// is not called missing as well.
type found struct {
	*hcl.Block
	ranges map[string]hcl.Range
}

// has reports whether the block sets name.
func (f found) has(name string) bool {
	_, ok := f.ranges[name]
	return ok
}

// decode stores what stands in a block, and checks it.
func (p *parser) decode(hb *hcl.Block, b block) {
	schema := &hcl.BodySchema{}
	for _, a := range b.attrs {
		schema.Attributes = append(schema.Attributes, hcl.AttributeSchema{Name: a.name})
	}
	for _, inner := range b.blocks {
		schema.Blocks = append(schema.Blocks, inner.header())
	}
	content, diags := hb.Body.Content(schema)
	p.diags = append(p.diags, diags...)
	f := found{hb, map[string]hcl.Range{}}
	for _, a := range b.attrs {
		if attr := content.Attributes[a.name]; attr != nil {
			f.ranges[a.name] = attr.Range
			p.store(attr, a.value)
		}
	}
	for _, inner := range content.Blocks {
		as := b.blocks[slices.IndexFunc(b.blocks, func(b block) bool { return b.name == inner.Type })]
		if first, twice := f.ranges[inner.Type]; twice && as.again == nil {
			p.fault(inner.DefRange, "Duplicate "+inner.Type, "%s is set already, at line %d: keep one of them.", inner.Type, first.Start.Line)
			continue
		}
		f.ranges[inner.Type] = inner.DefRange
		if as.again != nil {
			as = as.again()
		}
		p.decode(inner, as)
	}
	if b.check != nil {
		b.check(f)
	}
}

// header is how a block begins.
func (b block) header() hcl.BlockHeaderSchema {
	h := hcl.BlockHeaderSchema{Type: b.name}
	if b.label != "" {
		h.LabelNames = []string{b.label}
	}
	return h
}

// oneOf refuses a block that sets none of names, or more than one.
func (p *parser) oneOf(f found, hint string, names ...string) {
	set := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !f.has(name) })
	if len(set) == 0 {
		p.fault(f.DefRange, "Missing "+names[0], "%s", hint)
		return
	}
	for _, name := range set[1:] {
		p.fault(f.ranges[name], "Not both of "+set[0]+" and "+name, "%s is set too, at line %d: keep one of them.", set[0], f.ranges[set[0]].Start.Line)
	}
}

// checkApp looks at what an app must have, and must not have twice.
func (p *parser) checkApp(a *App, f found) {
	p.oneOf(f, "Set app_id or client_id; both stand on the App's settings page.", "app_id", "client_id")
	p.oneOf(f, `It is the number at the end of the installation's settings URL. The installation can be named instead: installation = "OWNER".`,
		"installation_id", "installation")
	p.oneOf(f, "Name the .pem file that GitHub gave you for the App.", "private_key", "key")
	if a.Signer.Broker != "" && a.Installation != "" {
		p.fault(f.ranges["installation"], "Invalid installation", "Without the key an installation's name cannot be looked up: set installation_id instead.")
	}
	if a.NextKey != "" && a.NextKey == a.PrivateKey {
		p.fault(f.ranges["next_key"], "Invalid next_key", "next_key names the same file as private_key: name the .pem file of another key, or take next_key out.")
	}
	if !a.NextSigner.IsZero() && reflect.DeepEqual(a.NextSigner, a.Signer) {
		p.fault(f.ranges["next_key"], "Invalid next_key", "next_key is the same as key: name another key, or take next_key out.")
	}
}

// entryError is about one entry of a list or of a map.
type entryError struct {
	index int    // in a list
	key   string // in a map
	error
}

// place finds what an error is about: the entry, where the spec writes it out,
// else all of the expression.
func (p *parser) place(expr hcl.Expression, err error) hcl.Range {
	entry, ok := errors.AsType[*entryError](err)
	if !ok {
		return expr.Range()
	}
	if list, diags := hcl.ExprList(expr); !diags.HasErrors() && entry.key == "" {
		return list[entry.index].Range()
	}
	pairs, _ := hcl.ExprMap(expr)
	for _, pair := range pairs {
		key, _ := pair.Key.Value(p.ctx)
		if key, _ = key.Unmark(); key.RawEquals(cty.StringVal(entry.key)) {
			return pair.Value.Range()
		}
	}
	return expr.Range()
}
