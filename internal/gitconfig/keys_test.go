package gitconfig

import (
	"maps"
	"testing"
)

func TestGiveBack(t *testing.T) {
	const src = "[user]\n\tname = U\n"
	keys := []string{Key(url), Key("http://github.localhost")}
	earlier, err := Earlier([]byte(src), keys)
	if want := map[string]string{keys[0]: "", keys[1]: ""}; err != nil || !maps.Equal(earlier, want) {
		t.Fatalf("got %v, %v, want %v", earlier, err, want)
	}
	got := []byte(src)
	for _, u := range []string{url, "http://github.localhost", "https://ghe.example.com"} {
		if got, err = (Helper{URL: u, Program: "/x"}).Set(got); err != nil {
			t.Fatal(err)
		}
	}
	want, _ := Helper{URL: "https://ghe.example.com", Program: "/x"}.Set([]byte(src))
	if got, err := GiveBack(got, earlier); err != nil || string(got) != string(want) {
		t.Errorf("got\n%s\n%v, want\n%s", got, err, want)
	}
	if got, err := Earlier([]byte("["), keys); err == nil {
		t.Errorf("got %v of what is not valid", got)
	}
	if got, err := GiveBack([]byte("["), earlier); err == nil {
		t.Errorf("got %s of what is not valid", got)
	}
	for name, want := range map[string]bool{keys[0]: true, "token_env_file": false} {
		if IsKey(name) != want {
			t.Errorf("IsKey(%q) is not %v", name, want)
		}
	}
}

// Of a configuration nothing is told but what is ours in it.
func TestValues(t *testing.T) {
	keys := []string{Key(url), Key("https://ghe.example.com")}
	src, err := helper.Set([]byte("[credential \"https://github.com\"]\n\thelper = \"!echo password=secret\"\n[credential \"https://ghe.example.com\"]\n\thelper = store\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{keys[0]: `["","!'/home/u/.local/bin/ghauth-provision' git-credential","true"]`}
	if got, err := Values(src, keys); err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if got, err := Values([]byte("["), keys); err == nil {
		t.Errorf("got %v of what is not valid", got)
	}
}
