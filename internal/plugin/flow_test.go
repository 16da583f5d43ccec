package plugin

import (
	"path/filepath"
	"strings"
	"testing"
)

// Of every app it is told where its key is and who could read it.
func TestFlowExposes(t *testing.T) {
	p := newPlugin(t)
	if text, _ := say(t, p, "flow"); !strings.HasSuffix(text, "No key is provisioned yet.") {
		t.Errorf("without an app: %s", text)
	}
	if text, _ := say(t, p, "flow"); !strings.Contains(text, "2. The token goes to ~/.config/takopi/github-token.env. ") {
		t.Errorf("without an app: %s", text)
	}
	env := func(name, key string) {
		write(t, filepath.Join(p.dir(), "github-app-"+name+".env"), "GITHUB_APP_NAME="+name+"\nGITHUB_APP_ID=1\nGITHUB_APP_INSTALLATION_ID=2\n"+key+
			"\nGITHUB_API_URL=https://api.github.com\nGITHUB_HOST=github.com\nGHAUTH_RENEW_WITHIN=30m\nGHAUTH_TIMEOUT=90s\n", 0o600)
	}
	env("one", "GITHUB_APP_PRIVATE_KEY_PATH="+p.Home+"/one.pem\nGHAUTH_GH_LOGIN=true")
	if text, _ := say(t, p, "flow"); !strings.Contains(text, "2. The token goes to ~/.config/takopi/github-token.env, and gh's stored login has that token, too. ") {
		t.Errorf("with gh: %s", text)
	}
	env("two", `GITHUB_APP_SIGNER='{"command":["/usr/bin/sign"]}'`)
	text, _ := say(t, p, "flow")
	for _, want := range []string{
		"2. Each of the 2 apps has a file for its token, the first of them ~/.config/takopi/github-token.env, and gh's stored login has that token, too. ",
		"one: the key lies in ~/one.pem, which root and whoever runs as this user, the agents included, can read and copy.",
		"two: the key is wherever /usr/bin/sign has it, and",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("flow does not say %q: %s", want, text)
		}
	}
}
