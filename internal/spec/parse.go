package spec

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubhost"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty/convert"
)

// MaxSize bounds a spec, in bytes.
const MaxSize = 1 << 20

// Error is everything that is wrong with a spec.
type Error struct {
	Diagnostics hcl.Diagnostics
	file        *hcl.File
	name        string
}

// Error shows each diagnostic with its place and the line it is about.
func (e *Error) Error() string {
	var b strings.Builder
	files := map[string]*hcl.File{e.name: e.file}
	// The writer fails only when b does.
	_ = hcl.NewDiagnosticTextWriter(&b, files, 100, false).WriteDiagnostics(e.Diagnostics)
	return strings.TrimSpace(b.String())
}

type parser struct {
	in   Inputs
	dir  string // of the spec
	vars map[string]variable
	// secrets are texts that come from sensitive variables.
	secrets []string

	ctx   *hcl.EvalContext
	diags hcl.Diagnostics
	later []func(*Spec) // checks that need the whole spec
}

// Parse checks src, the content of the file name, and fills in the defaults.
// The error is an *Error that holds every fault found.
func Parse(name string, src []byte, in Inputs) (*Spec, error) {
	p := &parser{in: in, dir: filepath.Dir(name)}
	if len(src) > MaxSize {
		p.diags = p.diags.Append(&hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Spec too large",
			Detail: fmt.Sprintf("%s has %d bytes; at most %d are read.", name, len(src), MaxSize)})
		return nil, &Error{p.diags, &hcl.File{}, name}
	}
	file, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	p.diags = diags
	var s *Spec
	if !diags.HasErrors() {
		s = p.spec(file.Body)
	}
	if p.diags.HasErrors() {
		return nil, &Error{p.diags, file, name}
	}
	s.Takopi.Plugin = s.Takopi.Plugin && s.Takopi.Enabled
	return s, nil
}

func (p *parser) defaults() *Spec {
	return &Spec{
		GitHub: GitHub{Host: "github.com"},
		Paths: Paths{
			ConfigDir: filepath.Join(p.in.Home, ".config/takopi"),
			BinDir:    filepath.Join(p.in.Home, ".local/bin"),
			UnitDir:   filepath.Join(p.in.Home, ".config/systemd/user"),
		},
		Refresh: Refresh{Interval: 5 * time.Minute, RenewWithin: 30 * time.Minute, Timeout: 90 * time.Second},
		GH:      GH{Enabled: true, GitCredential: true, ConfigDir: filepath.Join(p.in.Home, ".config/gh")},
		Takopi: Takopi{
			Enabled:        true,
			Config:         filepath.Join(p.in.Home, ".takopi/takopi.toml"),
			MaxTokenAge:    55 * time.Minute,
			RefreshTimeout: 30 * time.Second,
			RunRefreshWith: []string{},
			AllowedUserIDs: []int64{},
			Plugin:         true,
			With:           []string{},
		},
		Broker: Broker{Socket: "/run/ghauth-provision/broker.sock"},
	}
}

// blocks are those that may come once.
func (p *parser) blocks(s *Spec) []block {
	return []block{
		p.githubBlock(&s.GitHub), p.pathsBlock(&s.Paths), p.refreshBlock(&s.Refresh),
		p.ghBlock(&s.GH), p.takopiBlock(&s.Takopi), p.brokerBlock(&s.Broker),
	}
}

func (p *parser) spec(body hcl.Body) *Spec {
	s := p.defaults()
	schema := &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
		{Type: "app", LabelNames: []string{"name"}}, {Type: "variable", LabelNames: []string{"name"}}}}
	known := map[string]block{}
	for _, b := range p.blocks(s) {
		schema.Blocks = append(schema.Blocks, hcl.BlockHeaderSchema{Type: b.name})
		known[b.name] = b
	}
	content, diags := body.Content(schema)
	p.diags = append(p.diags, diags...)
	byType := content.Blocks.ByType()
	p.ctx = p.context(p.variables(byType["variable"]))
	seen := map[string]*hcl.Block{}
	for _, b := range content.Blocks {
		switch b.Type {
		case "variable":
			continue
		case "app":
			p.app(s, b, seen)
			continue
		}
		if first := seen[b.Type]; first != nil {
			p.fault(b.DefRange, "Duplicate block", "There is a %q block already, at line %d.", b.Type, first.DefRange.Start.Line)
			continue
		}
		seen[b.Type] = b
		p.decode(b, known[b.Type])
	}
	if len(s.Apps) == 0 && seen["app"] == nil {
		p.fault(body.MissingItemRange(), "No app", `Name at least one GitHub App: app "takopi" { … }.`)
	}
	for _, check := range p.later {
		check(s)
	}
	if s.GitHub.APIURL == "" {
		s.GitHub.APIURL = githubhost.APIURL(s.GitHub.Host)
	}
	s.GitHub.APIURL = strings.TrimRight(s.GitHub.APIURL, "/")
	s.sensitive = p.hidden()
	return s
}

func (p *parser) app(s *Spec, b *hcl.Block, seen map[string]*hcl.Block) {
	a := App{Name: b.Labels[0]}
	if !appName.MatchString(a.Name) {
		p.fault(b.LabelRanges[0], "Invalid app name", "%q must begin with a-z or 0-9 and hold only a-z, 0-9, _ and -.", a.Name)
	}
	if first := seen["app "+a.Name]; first != nil {
		p.fault(b.LabelRanges[0], "Duplicate app", "There is an app %q already, at line %d.", a.Name, first.DefRange.Start.Line)
	}
	seen["app"], seen["app "+a.Name] = b, b
	p.decode(b, p.appBlock(&a))
	s.Apps = append(s.Apps, a)
}

func (p *parser) store(attr *hcl.Attribute, to value) {
	v, ok := p.evaluate(attr.Expr)
	if !ok || !v.IsWhollyKnown() {
		return // of the variable that has no value has been told
	}
	p.conceal(v)
	v, _ = v.UnmarkDeep()
	v, err := convert.Convert(v, to.typ)
	switch {
	case err != nil:
		p.fault(attr.Expr.Range(), "Wrong type", "%s: %s.", attr.Name, err)
	case v.IsNull():
		p.fault(attr.Expr.Range(), "No value", "%s must not be null.", attr.Name)
	default:
		if err := to.store(v); err != nil {
			p.fault(p.place(attr.Expr, err), "Invalid "+attr.Name, "%s %s.", attr.Name, err)
		}
	}
}

func (p *parser) fault(at hcl.Range, summary, detail string, args ...any) {
	p.diags = p.diags.Append(&hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(detail, args...), Subject: at.Ptr(),
	})
}
