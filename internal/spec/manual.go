package spec

import (
	"maps"
	"slices"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/man"
)

// Manual writes what [Reference] says as sections of a manual page.
func Manual(p *man.Page) {
	parse := &parser{}
	p.Section("DESCRIPTION")
	p.Text(about)
	p.Section("BLOCKS")
	for _, block := range parse.all() {
		itemise(p, "", block)
	}
	p.Section("VARIABLES")
	p.Text(variables(slices.Sorted(maps.Keys(parse.functions()))))
}

// itemise writes of a block, and of those in it. around names those that it is in.
func itemise(p *man.Page, around string, block block) {
	p.Sub(block.title() + around)
	p.Text(block.doc)
	for _, a := range block.attrs {
		text := a.doc
		if a.fallback != "required" {
			text = strings.TrimSuffix(text, ".") + ". Default: " + code(a.fallback) + "."
		}
		p.Item("`"+a.name+"`", text)
	}
	for _, inner := range block.blocks {
		itemise(p, " in "+block.name+around, inner)
	}
}
