package spec

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"
)

// app is a spec whose app has the given private_key, with more below it.
func app(key, more string) []byte {
	return []byte("app \"takopi\" {\n  app_id = 1\n  installation_id = 2\n  private_key = " + key + "\n}\n" + more)
}

func TestExpressions(t *testing.T) {
	in := Inputs{
		Home: "/home/u", Env: []string{"PLACE=/env", "not-a-name=x", "OTHER"},
		Vars: map[string]string{"dir": "/given", "minutes": "7", "ids": "[1, 2]"},
		ReadFile: func(path string) ([]byte, error) {
			if path == "/d/where" {
				return []byte("/from/file\n"), nil
			}
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		},
	}
	for _, tt := range []struct{ expr, more, want string }{
		{`var.dir`, `variable "dir" {}`, "/given"},
		{`"${var.dir}/k.pem"`, `variable "dir" { default = "/default" }`, "/given/k.pem"},
		{`var.other`, `variable "other" { default = "/default" }`, "/default"},
		{`"/${var.minutes * 2}"`, `variable "minutes" { default = 5 }`, "/14"},
		{`"/${length(var.ids)}"`, `variable "ids" { default = [] }`, "/2"},
		{`env.PLACE`, ``, "/env"},
		{`lookup(env, "ABSENT", "/fallback")`, ``, "/fallback"},
		{`trimspace(file("where"))`, ``, "/from/file"},
		{`pathexpand("~/x")`, ``, "/home/u/x"},
		{`format("/%s-%03d", lower("A"), 7)`, ``, "/a-007"},
		{`join("/", ["", "a", "b"])`, ``, "/a/b"},
		{`true ? "/yes" : "/no"`, ``, "/yes"},
		{`try(env.ABSENT, "/fallback")`, ``, "/fallback"},
		{`can(env.ABSENT) ? "/yes" : "/no"`, ``, "/no"},
		{`"/${tonumber("7") + 1}${tostring(true)}${tobool("true") ? 1 : 2}"`, ``, "/8true1"},
		{`var.hidden`, `variable "hidden" {
  default   = "/hidden"
  sensitive = true
}`, "/hidden"},
	} {
		in := in
		in.Vars = map[string]string{}
		for name, value := range map[string]string{"dir": "/given", "minutes": "7", "ids": "[1, 2]"} {
			if strings.Contains(tt.more, `"`+name+`"`) {
				in.Vars[name] = value
			}
		}
		s, err := Parse("/d/x.hcl", app(tt.expr, tt.more), in)
		if err != nil {
			t.Errorf("%s: %v", tt.expr, err)
		} else if got := s.Apps[0].PrivateKey; got != tt.want {
			t.Errorf("%s = %q, want %q", tt.expr, got, tt.want)
		}
	}
}

// TestVariablesTakeTheirAttributesType: text from outside is a number where one
// is asked for.
func TestVariablesTakeTheirAttributesType(t *testing.T) {
	src := strings.Replace(minimal, "123456", "var.id", 1) + `
variable "id" {}
variable "every" { default = "5m" }
refresh { interval = var.every }
`
	s, err := Parse("x", []byte(src), Inputs{Home: "/h", Vars: map[string]string{"id": "77", "every": "2m"}})
	if err != nil {
		t.Fatal(err)
	}
	if s.Apps[0].AppID != 77 || s.Refresh.Interval != 2*time.Minute {
		t.Errorf("app_id = %d, interval = %s", s.Apps[0].AppID, s.Refresh.Interval)
	}
}

func TestExpressionFaults(t *testing.T) {
	for _, tt := range []struct {
		expr, more string
		vars       map[string]string
		want       []string
	}{
		{`var.dri`, `variable "dir" { default = "/x" }`, nil, []string{"x.hcl line 4", `There is no variable "dri". Did you mean "dir"?`}},
		{`var.dir`, `variable "dir" {}`, nil, []string{`Variable "dir" has no default`, "--var dir=VALUE", "line 6"}},
		{`"/k"`, ``, map[string]string{"dir": "x"}, []string{`A value is given for "dir", but the spec has no variable of that name`}},
		{`"/k"`, "variable \"a\" { default = 1 }\nvariable \"a\" { default = 2 }", nil, []string{`There is a variable "a" already, at line 6`}},
		{`"/k"`, `variable "a b" { default = 1 }`, nil, []string{`"a b" cannot be written as var.NAME`}},
		{`"/k"`, `variable "a" { defualt = 1 }`, nil, []string{"defualt", `Did you mean "default"`}},
		{`"/k"`, `variable "a" { default = 1 }`, map[string]string{"a": "many"}, []string{`The value given for variable "a" is not a number`}},
		{`"/k"`, `variable "a" { default = [] }`, map[string]string{"a": "["}, []string{`is not an HCL expression`}},
		{`"/k"`, `variable "a" { default = [] }`, map[string]string{"a": "env.HOME"}, []string{`without references`}},
		{`trimspce("/k")`, ``, nil, []string{`There is no function named "trimspce"`, `Did you mean "trimspace"`}},
		{`tonumbr("7")`, ``, nil, []string{`Did you mean "tonumber"`}},
		{`env.ABSENT`, ``, nil, []string{`Environment variable not set`, `The environment variable "ABSENT" is not set.`, "line 4, "}},
		{`"${env.PLACE}/${upper(env.ABSENT)}"`, ``, nil, []string{`The environment variable "ABSENT" is not set.`}},
		{`"${env.ABSENT}${jsondecode(env.PLACE)}"`, ``, nil, []string{`The environment variable "ABSENT" is not set.`, `Error in function call`}},
		{`env.PLACE.x`, ``, nil, []string{`Unsupported attribute`}},
		{`file("absent")`, ``, nil, []string{"/d/absent", "file does not exist"}},
		{`file("large")`, ``, nil, []string{"is larger than 65536 bytes"}},
		{`file("binary")`, ``, nil, []string{"is not UTF-8 text"}},
		{`file("../up")`, ``, nil, []string{`the path must not contain ".."`}},
		{`foo.bar`, ``, nil, []string{`no variable named "foo"`}},
		{`vat.x`, `variable "x" { default = "/x" }`, nil, []string{`Did you mean "var"`}},
		{`var`, `variable "x" { default = "/x" }`, nil, []string{"string required"}},
	} {
		in := Inputs{Home: "/home/u", Env: []string{"PLACE=/env"}, Vars: tt.vars, ReadFile: func(path string) ([]byte, error) {
			switch path {
			case "/d/large":
				return make([]byte, maxFile+1), nil
			case "/d/binary":
				return []byte("\xff\xfe"), nil
			}
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		}}
		_, err := Parse("/d/x.hcl", app(tt.expr, tt.more), in)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s %s: %v, want an *Error", tt.expr, tt.more, err)
			continue
		}
		text := strings.Join(strings.Fields(e.Error()), " ")
		for _, want := range tt.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s %s: %s, want %q", tt.expr, tt.more, text, want)
			}
		}
	}
}

// TestSensitiveValuesStaySecret: whatever is wrong with them.
func TestSensitiveValuesStaySecret(t *testing.T) {
	const canary = "/canary\"s"
	sensitive := "variable \"s\" { sensitive = true }\n"
	for _, expr := range []string{`var.s`, `"${var.s}/${var.nope}"`, `var.s + 1`, `var.s.x`, `jsondecode(var.s)`, `parseint(var.s, 10)`, `[for x in var.s : x]`, `upper(var.s, 2)`} {
		for _, key := range []string{"private_key", "config_dir", "interval", "app_id", "installation", "repositories", "permissions"} {
			src := map[string]string{
				"private_key":  string(app(expr, "")),
				"config_dir":   minimal + "paths { config_dir = " + expr + " }\n",
				"interval":     minimal + "refresh { interval = " + expr + " }\n",
				"app_id":       strings.Replace(minimal, "123456", expr, 1),
				"installation": strings.Replace(minimal, "installation_id = 987654", "installation = "+expr, 1),
				"repositories": strings.Replace(minimal, "}", "repositories = [\"site\", "+expr+"]\n}", 1),
				"permissions":  strings.Replace(minimal, "}", "permissions = { contents = \"read\", ("+expr+") = "+expr+" }\n}", 1),
			}[key]
			_, err := Parse("/d/x.hcl", []byte(src+sensitive), Inputs{Home: "/h", Vars: map[string]string{"s": canary}})
			if err != nil && strings.Contains(err.Error(), "canary") {
				t.Errorf("%s = %s: %v", key, expr, err)
			}
			if err == nil && key != "private_key" {
				t.Errorf("%s = %s: no error", key, expr)
			}
		}
	}
}
