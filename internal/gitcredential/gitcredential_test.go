package gitcredential

import (
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestRead(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     Request
	}{
		{"nothing", "", Request{}},
		{"git 2.39", "protocol=https\nhost=github.com\npath=octo-org/hello.git\n",
			Request{Protocol: "https", Host: "github.com", Path: "octo-org/hello.git"}},
		{"git 2.46", "capability[]=authtype\ncapability[]=state\nprotocol=https\nhost=ghe.example.com:8443\nwwwauth[]=Basic realm=\"GitHub\"\n",
			Request{Protocol: "https", Host: "ghe.example.com:8443", Capabilities: []string{"authtype", "state"}}},
		{"an emptied list", "capability[]=authtype\ncapability[]=\n", Request{}},
		{"erase", "username=x-access-token\npassword=a=b\n", Request{Username: "x-access-token", Password: "a=b"}},
		{"the last counts", "host=a\nhost=b\n", Request{Host: "b"}},
		{"an empty line ends it", "host=a\n\nhost=b\n", Request{Host: "a"}},
		{"no newline at the end", "host=a", Request{Host: "a"}},
		{"unknown", "url=https://a/\nquit=1\nhost[]=x\nHOST=x\nhost=a\n", Request{Host: "a"}},
		{"a carriage return is the value's own", "host=github.com\r\n", Request{Host: "github.com\r"}},
	} {
		got, err := Read(strings.NewReader(tt.in))
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %+v, %v, want %+v", tt.name, got, err, tt.want)
		}
	}
}

// Nothing is waited for behind the empty line.
func TestReadEndsAtTheEmptyLine(t *testing.T) {
	fails := errors.New("read on")
	got, err := Read(io.MultiReader(strings.NewReader("host=a\n\n"), iotest.ErrReader(fails)))
	if err != nil || got.Host != "a" {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := Read(io.MultiReader(strings.NewReader("host=a\n"), iotest.ErrReader(fails))); err != fails {
		t.Errorf("got %+v, %v, want %v", got, err, fails)
	}
}

func TestReadRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"NUL":          "host=github.com\x00.example.com\n",
		"no attribute": "host=a\npassword\n",
		"no key":       "=secret\n",
		"too long":     "host=" + strings.Repeat("a", MaxSize),
	} {
		got, err := Read(strings.NewReader(in))
		if err == nil || !reflect.DeepEqual(got, Request{}) {
			t.Errorf("%s: got %+v, %v, want an error", name, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error shows a value: %v", name, err)
		}
	}
}

func TestRepository(t *testing.T) {
	for path, want := range map[string]string{
		"octo-org/hello.git":          "octo-org hello",
		"octo-org/hello":              "octo-org hello",
		"/octo-org/hello/":            "octo-org hello",
		"Octo-Org/a.b.git":            "Octo-Org a.b",
		"octo-org/hello.wiki.git":     "octo-org hello",
		"octo-org/hello.git/info/lfs": "octo-org hello",
		"octo-org":                    "",
		"octo-org/":                   "",
		"octo-org/.git":               "",
		"//hello":                     "",
		"":                            "",
	} {
		owner, name, ok := Request{Path: path}.Repository()
		got := strings.TrimSpace(owner + " " + name)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: got %q, %v, want %q", path, got, ok, want)
		}
	}
}

func TestFormat(t *testing.T) {
	a := Answer{"x-access-token", "ghs_1", time.Unix(1700000000, 999)}
	const plain = "username=x-access-token\npassword=ghs_1\npassword_expiry_utc=1700000000\n"
	for _, tt := range []struct {
		capabilities []string
		want         string
	}{
		{nil, plain},
		{[]string{"state"}, plain},
		{[]string{"state", "authtype"}, "capability[]=authtype\nephemeral=1\n" + plain},
	} {
		got, err := a.Format(Request{Capabilities: tt.capabilities})
		if err != nil || string(got) != tt.want {
			t.Errorf("%q: got %q, %v, want %q", tt.capabilities, got, err, tt.want)
		}
	}
	for _, bad := range []string{"a\nquit=1", "a\x00", "a\r"} {
		if got, err := (Answer{"x", bad, time.Time{}}).Format(Request{}); err == nil {
			t.Errorf("password %q: got %q, want an error", bad, got)
		}
		if got, err := (Answer{bad, "x", time.Time{}}).Format(Request{}); err == nil {
			t.Errorf("username %q: got %q, want an error", bad, got)
		}
	}
}

// FuzzRead: whatever comes is read or refused, and what was read can be said again.
func FuzzRead(f *testing.F) {
	f.Add("protocol=https\nhost=github.com\npath=o/r.git\nusername=u\npassword=p\ncapability[]=authtype\n\n")
	f.Add("host=a\nhost\n")
	f.Add("capability[]=\n=\x00")
	f.Fuzz(func(t *testing.T, in string) {
		req, err := Read(strings.NewReader(in))
		if err != nil {
			return
		}
		if strings.ContainsAny(req.Protocol+req.Host+req.Path+req.Username+req.Password, "\n\x00") {
			t.Fatalf("a value holds a newline or NUL: %+v", req)
		}
		again := "protocol=" + req.Protocol + "\nhost=" + req.Host + "\npath=" + req.Path + "\nusername=" + req.Username + "\npassword=" + req.Password + "\n"
		for _, c := range req.Capabilities {
			again += "capability[]=" + c + "\n"
		}
		if got, err := Read(strings.NewReader(again)); err != nil || !reflect.DeepEqual(got, req) {
			t.Fatalf("got %+v, %v, want %+v", got, err, req)
		}
	})
}
