package main_test

import (
	"context"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/rogpeppe/go-internal/testscript"
)

// checks holds the page in front to what WCAG 2.2 asks for and a machine can tell: a
// language, a title, one heading of the first level, a name for all that can be used
// (4.1.2), enough contrast in light and in dark (1.4.3), no scrolling to the side on a
// narrow screen (1.4.10), and a focus that can be seen (2.4.7). It loads nothing.
func (b *browser) checks(ts *testscript.TestScript) {
	b.mustBe(ts, "of a language, with a title and one h1", `document.documentElement.lang === "en" && document.title !== "" && document.querySelectorAll("h1").length === 1 && document.querySelectorAll("main").length === 1`)
	b.mustBe(ts, "without scripts, and load nothing", `document.querySelectorAll("script, link, img, iframe").length + performance.getEntriesByType("resource").length === 0`)
	b.named(ts)
	for _, scheme := range []string{"light", "dark"} {
		b.paint(ts, scheme)
		low, err := valueOf[[]string](b.ctx, lowContrast)
		ts.Check(err)
		if len(low) > 0 {
			ts.Fatalf("in %s these are hard to read: %q", scheme, low)
		}
	}
	ts.Check(chromedp.Do(b.ctx, chromedp.EmulateViewport(320, 640)))
	b.mustBe(ts, "no wider than a narrow screen", `document.documentElement.scrollWidth <= 320`)
	ts.Check(chromedp.Do(b.ctx, chromedp.ResetViewport(), chromedp.KeyEvent("\t")))
	b.mustBe(ts, "such that the focus shows", `document.activeElement.matches("button, a") && getComputedStyle(document.activeElement).outlineStyle === "solid" && parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2`)
}

func (b *browser) mustBe(ts *testscript.TestScript, what, expression string) {
	ok, err := valueOf[bool](b.ctx, expression)
	ts.Check(err)
	if !ok {
		ts.Fatalf("the page is not %s: %s", what, expression)
	}
}

// named looks at the page as a screen reader does.
func (b *browser) named(ts *testscript.TestScript) {
	tree, err := chromedp.Call(b.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	ts.Check(err)
	seen := map[string]int{}
	for _, node := range tree.Nodes {
		if node.Ignored || node.Role == nil {
			continue
		}
		role := axText(node.Role)
		seen[role]++
		if name := axText(node.Name); name == "" && slices.Contains([]string{"button", "link", "textbox", "heading", "table", "RootWebArea"}, role) {
			ts.Fatalf("a %s has no name", role)
		}
	}
	if seen["heading"] != 1 || seen["main"] != 1 || seen["button"]+seen["link"] == 0 {
		ts.Fatalf("a screen reader finds %v", seen)
	}
}

func axText(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	return strings.Trim(v.Value.String(), `" `)
}

// paint gives the page the colours of a light or a dark desktop.
func (b *browser) paint(ts *testscript.TestScript, scheme string) {
	ts.Check(chromedp.Do(b.ctx, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return err
	})))
}

// lowContrast gives the texts whose contrast is below 4.5 to 1, by WCAG's formula
// (www.w3.org/TR/WCAG22, "contrast ratio"), each with its ratio.
const lowContrast = `(() => {
	const rgb = colour => colour.match(/[\d.]+/g).map(Number);
	const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] === 1) return c; } return [255, 255, 255]; };
	return [...document.querySelectorAll("body *")].filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())).map(e => {
		const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
		return [(a + 0.05) / (b + 0.05), e.textContent.trim()];
	}).filter(([ratio]) => !(ratio >= 4.5)).map(([ratio, text]) => ratio.toFixed(2) + " " + text);
})()`
