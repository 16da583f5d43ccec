package spec

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Reference gives the page that documents every attribute, in Markdown. It is
// made from what the parser itself goes by, so that they cannot disagree.
func Reference() string {
	p := &parser{}
	var b strings.Builder
	b.WriteString("# The spec\n\n" + about + "\n<!-- Made from internal/spec by: go test ./internal/spec -update -->\n")
	for _, block := range p.all() {
		describe(&b, "##", block)
	}
	b.WriteString("\n## Variables\n\n" + variables(slices.Sorted(maps.Keys(p.functions()))))
	return b.String()
}

// all gives every kind of block but variable, in the order of the documentation.
func (p *parser) all() []block {
	app := p.appBlock(&App{})
	app.label = "NAME"
	return append([]block{app}, p.blocks(p.defaults())...)
}

// about is what there is to know of the spec as a whole.
const about = `One HCL file. Everything but an app's identity and key has a default. A path may begin with ` + "`~/`" + `, and one that is relative starts
at the spec. A duration is a text such as ` + "`\"90s\"`, `\"5m\"` or `\"1h\"`" + `. The blocks other than ` + "`app` and `variable`" + ` may come once.
`

// variables tells of variables, and of the functions by their names.
func variables(functions []string) string {
	return fmt.Sprintf(`One spec can serve many hosts:

`+"```hcl"+`
variable "app_id" { default = 123456 }

variable "key" {
  sensitive = true   # no error and no check shows it
}

app "takopi" {
  app_id          = var.app_id
  installation_id = env.INSTALLATION_ID
  private_key     = pathexpand(var.key)
}
`+"```"+`

A variable without a `+"`default`"+` has to be given: `+"`--var key=~/keys/takopi.pem`"+`. `+"`env.NAME`"+` is the environment's variable NAME.
What comes from a sensitive variable stands as `+"`(sensitive)`"+` in errors, warnings and checks. A plan, and the files that it makes, have it
as it is, and so have the timer's own runs, which never read the spec.
The functions are: `+"`%s`"+`. `+"`file(path)`"+` gives a file's text, `+"`pathexpand(path)`"+` a path written out, `+"`try`"+` and `+"`can`"+`
catch errors, as with `+"`try(env.NAME, \"none\")`"+`; the others are those of cty's standard library, as Terraform has them.
`, strings.Join(functions, "`, `"))
}

// describe writes of a block, and of those in it one level further down.
func describe(b *strings.Builder, heading string, block block) {
	fmt.Fprintf(b, "\n%s `%s`\n\n%s\n\n| attribute | meaning | default |\n|---|---|---|\n", heading, block.title(), block.doc)
	for _, a := range block.attrs {
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", a.name, a.doc, code(a.fallback))
	}
	for _, inner := range block.blocks {
		describe(b, heading+"#", inner)
	}
}

// title shows the block as it is written.
func (b block) title() string {
	if b.label != "" {
		return fmt.Sprintf("%s %q { … }", b.name, b.label)
	}
	return b.name + " { … }"
}

// code puts a default that is a value, rather than a word about one, in code.
func code(def string) string {
	if strings.ContainsAny(def, `"[`) || def == "true" || def == "false" {
		return "`" + def + "`"
	}
	return def
}
