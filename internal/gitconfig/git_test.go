package gitconfig

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// git runs git on a configuration that is all it has, and tells whether it took it.
func git(t *testing.T, config string, args ...string) (out string, ok bool) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("git", args...)
	cmd.Dir = t.TempDir()
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + cmd.Dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + file, "GIT_TERMINAL_PROMPT=0"}
	data, err := cmd.Output()
	if _, exit := err.(*exec.ExitError); err != nil && !exit {
		t.Fatal(err)
	}
	return string(data), err == nil
}

// Git reads out of a file what scan does, and refuses what scan refuses.
func TestScanIsGits(t *testing.T) {
	for _, src := range []string{
		"", "\n\n", "\ufeff[a]\nb = c\n", "[a]\nb\n", "[a]\nb =\n", "[a]\nb = c d \t\n", "[a]b=c\n", "[a] b = c\n", "[A \"X y\"]\nB-1 = c\n",
		"[a \"x\\\"\\y\\\\\"]\nb = c\n", "[a]\nb = \" c # d \" ; e\n", "[a]\nb = c\\\n  d\n", "[a]\nb = \"c\\\n[x]\\\ne = f\"\n", "[a]\nb = \\t\\n\\\\\\\"\\b.\n",
		"[a]\nb = c # d \\\ne = f\n", "# b \\\n[a]\n;c\n", "[a]\r\nb = c\r\n[d]\r\ne\r\n", "[a]\nb = c\\\r\nd\r\n", "[a]\nb = c", "[a]\nb = c\\", "[a.b]\nc = d\n",
		"[a]\nb c\n", "[a]\nb_ = c\n", "[a]\n1 = c\n", "[a\n]", "[a", "[a \"b\" ]\n", "[a b]\n", "[a \"b\nc\"]\n", "[a \"b\\\n\"]\n", "b = c\n", "[a]\nb = \"c\n", "[a]\nb = \\c\n", "[a]\n= c\n", "[]\nb = c\n", "[ \"x\"]\nb = c\n",
		"[a]\f\nb = c\n", "[a]\nb = c\vd\n", "[a]\nb = \rc\n", "[a \r\"b\"]\nc = d\n", "[a]\n\x00", "[a]\nb \r= c\n",
	} {
		want, valid := git(t, src, "config", "--global", "--list", "--null")
		entries, err := scan([]byte(src))
		var got strings.Builder
		for _, e := range entries {
			if e.header {
				continue
			}
			if e.section != "" || e.subsection != "" {
				got.WriteString(e.section + ".")
			}
			if e.subsection != "" {
				got.WriteString(e.subsection + ".")
			}
			got.WriteString(e.name)
			if e.value != "" || !strings.Contains(want, got.String()+"\x00") { // git tells "b" and "b =" apart
				got.WriteString("\n" + e.value)
			}
			got.WriteString("\x00")
		}
		if (err == nil) != valid || valid && got.String() != want {
			t.Errorf("%q: got %q, %v, want %q, valid: %v", src, got.String(), err, want, valid)
		}
	}
}

// Git asks the helper for the host, and none of those that stand before it.
func TestGitTakesTheHelper(t *testing.T) {
	before := "[credential]\n\thelper = \"!echo username=other; echo password=other; :\"\n[credential \"https://github.com\"]\n\thelper = \"!echo password=another; :\"\n"
	for _, name := range []string{"plain", "with blank", "50% $HOME `id` #;", "größe", `"\`, "it's"} {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		h := Helper{URL: url, Program: filepath.Join(dir, "ghauth-provision"), ConfigDir: dir}
		script := "#!/bin/sh\necho username=x-access-token\necho password=\"$*\"\nsed -n s/^path=/username=/p\n"
		if err := os.WriteFile(h.Program, []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
		config, err := h.Set([]byte(before))
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := git(t, string(config), "config", "--global", "--get-all", "credential."+url+".helper"); got != "!echo password=another; :\n\n"+h.Command()+"\n" {
			t.Errorf("%s: git reads %q", name, got)
		}
		for from, want := range map[string]string{
			url + "/o/r.git":        "username=o/r.git\npassword=git-credential --config-dir " + dir + " get\n",
			"https://example.com/o": "username=other\npassword=other\n",
		} {
			cmd := "printf 'url=%s\\n\\n' '" + from + "' | git credential fill"
			got, _ := git(t, string(config), "-c", "alias.fill=!"+cmd, "fill")
			if !strings.HasSuffix(got, want) {
				t.Errorf("%s, %s: got %q, want %q", name, from, got, want)
			}
		}
	}
}

// What git itself then does to the file is left alone.
func TestGitEditsBesides(t *testing.T) {
	set, err := helper.Set([]byte("[a]\n\tb = c\n"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, set, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"credential." + url + ".username", "U"}, {"a.d", "e"}, {"--add", "credential." + url + ".helper", "store"}} {
		if out, err := exec.Command("git", append([]string{"config", "--file", file}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	edited, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := helper.Set(edited); err != nil || string(got) != string(edited) {
		t.Errorf("set again: %s, %v", got, err)
	}
	got, err := Unset(edited, url)
	want := "[a]\n\tb = c\n\td = e\n\n[credential \"https://github.com\"]\n\tusername = U\n\thelper = store\n"
	if err != nil || string(got) != want {
		t.Errorf("got\n%s\n%v, want\n%s", got, err, want)
	}
}
