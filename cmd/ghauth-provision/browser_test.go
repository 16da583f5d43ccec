package main_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
	"github.com/rogpeppe/go-internal/testscript"
)

// chromium is Debian's.
const chromium = "/usr/bin/chromium"

// TestBrowserStories runs every story of testdata/browser, in which a real browser has
// a part, and holds the pictures of docs to those that it takes.
func TestBrowserStories(t *testing.T) {
	testhost.Need(t)
	testneed.Program(t, chromium)
	files, err := filepath.Glob("testdata/browser/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			taken, err := os.MkdirTemp(tools, "pictures")
			if err == nil {
				err = os.Chmod(taken, 0o777)
			}
			if err != nil {
				t.Fatal(err)
			}
			inHost(t, file, storyLimit, picturesVar+"="+taken)
			holdPictures(t, taken)
		})
	}
}

// A browser is the real Chromium of one story, in which no page runs a script.
type browser struct {
	ctx context.Context // of the tab in front; nil until the browser is started
	end context.CancelFunc
}

type browserKey struct{}

// browserLimit bounds each command of a story's.
const browserLimit = 30 * time.Second

// browserCommand rules Chromium, which the first one starts:
//
//	browser open FILE           the page whose address is in FILE, once there is one
//	browser sees TEXT...        the page has each text, within a while
//	browser at ADDRESS          the page's address begins so
//	browser click SELECTOR
//	browser fill SELECTOR TEXT
//	browser tab ADDRESS         goes on in the tab whose address begins so
//	browser checks              the page is for everyone: see checks
//	browser picture NAME        takes docs/NAME-light.png and docs/NAME-dark.png
func browserCommand(ts *testscript.TestScript, _ bool, args []string) {
	b := ts.Value(browserKey{}).(*browser)
	b.start(ts)
	ctx, cancel := context.WithTimeout(b.ctx, browserLimit)
	defer cancel()
	do := func(actions ...chromedp.Action[chromedp.Void]) { ts.Check(chromedp.Do(ctx, actions...)) }
	switch args[0] {
	case "open":
		do(chromedp.Navigate(awaitAddress(ts, ts.MkAbs(args[1]))))
	case "sees":
		for _, text := range args[1:] {
			b.await(ts, "document.body.innerText", func(page string) bool { return strings.Contains(page, text) })
		}
	case "at":
		b.await(ts, "location.href", func(at string) bool { return strings.HasPrefix(at, args[1]) })
	case "click":
		do(chromedp.Click(chromedp.CSS(args[1])))
	case "fill":
		do(chromedp.SetValue(chromedp.CSS(args[1]), args[2]))
	case "tab":
		b.turnTo(ts, args[1])
	case "checks":
		b.checks(ts)
	case "picture":
		b.picture(ts, args[1])
	default:
		ts.Fatalf("browser %s?", args[0])
	}
}

func (b *browser) start(ts *testscript.TestScript) {
	if b.ctx != nil {
		return
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium),
		chromedp.UserDataDir(filepath.Join(ts.Getenv("WORK"), "chromium")),
		// A story's user has no namespaces left to make a sandbox of.
		chromedp.NoSandbox)
	alloc, endAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	ts.Defer(endAlloc)
	b.ctx, b.end = chromedp.NewContext(alloc)
	ts.Defer(b.end)
	b.withoutScripts(ts)
}

// withoutScripts turns scripts off in the tab in front, which also starts it.
func (b *browser) withoutScripts(ts *testscript.TestScript) {
	ts.Check(chromedp.Do(b.ctx, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})))
}

// turnTo has the tab in front be another.
func (b *browser) turnTo(ts *testscript.TestScript, address string) {
	for end := time.Now().Add(browserLimit); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		targets, err := chromedp.Targets(b.ctx)
		ts.Check(err)
		for _, t := range targets {
			if t.Type == "page" && strings.HasPrefix(t.URL, address) {
				ctx, end := chromedp.NewContext(b.ctx, chromedp.WithTargetID(t.TargetID))
				ts.Defer(end)
				b.ctx = ctx
				b.withoutScripts(ts)
				return
			}
		}
	}
	ts.Fatalf("no tab is at %s", address)
}

// valueOf gives the value of an expression, for which DevTools need no scripts of the page.
func valueOf[T any](ctx context.Context, expression string) (T, error) {
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression))
}

// await waits until an expression has the value that is wanted. A page that is just
// coming has none.
func (b *browser) await(ts *testscript.TestScript, expression string, wanted func(string) bool) {
	var got string
	err := errors.New("not asked")
	for end := time.Now().Add(browserLimit); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if got, err = valueOf[string](b.ctx, expression); err == nil && wanted(got) {
			return
		}
	}
	ts.Fatalf("%s is, in the end, %v: %s", expression, err, got)
}

// awaitAddress waits until a program has written an address to file.
func awaitAddress(ts *testscript.TestScript, file string) string {
	var text string
	for end := time.Now().Add(browserLimit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		data, _ := os.ReadFile(file) // it may come yet
		text = string(data)
		if _, rest, ok := strings.Cut(text, "http://127.0.0.1:"); ok && strings.Contains(rest, "\n") {
			return "http://127.0.0.1:" + strings.Fields(rest)[0]
		}
	}
	ts.Fatalf("no address in %s: %s", file, text)
	return ""
}
