package systemd

import (
	"bytes"
	"context"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/testboot"
	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
)

// aMachine boots a machine, and lets root run a script in it.
func aMachine(t *testing.T, script string) *testboot.Machine {
	t.Helper()
	m := testboot.Start(t)
	var out bytes.Buffer
	c := testboot.Cmd{Stdin: strings.NewReader(script), Stdout: &out, Stderr: &out}
	if status, err := m.Run(t.Context(), c, "sh", "-eux"); status != 0 || err != nil {
		t.Fatalf("status %d, %v\n%s", status, err, &out)
	}
	return m
}

// runIn runs this test again as the machine's user, with or without a session.
func runIn(t *testing.T, m *testboot.Machine, session bool) {
	t.Helper()
	var out bytes.Buffer
	c := testboot.Cmd{Env: []string{insideVar + "=1"}, Stdin: self(t), Stdout: &out, Stderr: &out}
	argv := args(t)
	if session {
		c.User = testboot.User
	} else {
		c.Env = append(c.Env, "HOME=/home/"+testboot.User)
		argv = append([]string{"runuser", "--user", testboot.User, "--"}, argv...)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	status, err := m.Run(ctx, c, argv...)
	check(t, status, err, out.String())
}

func connectLogin(t *testing.T, address string, uid int) *Login {
	t.Helper()
	l, err := ConnectLogin(t.Context(), address, uid)
	must(t, err)
	t.Cleanup(l.Close)
	return l
}

func wantLinger(t *testing.T, l *Login, want bool) {
	t.Helper()
	if got, err := l.Linger(t.Context()); got != want || err != nil {
		t.Errorf("linger: got %v, %v, want %v", got, err, want)
	}
}

// Without a session, logind does not know the user at first, and lingering alone
// starts the manager.
func TestLinger(t *testing.T) {
	if os.Getenv(insideVar) == "" {
		m := aMachine(t, "")
		runIn(t, m, false)
		runIn(t, m, true)
		return
	}
	dir := "/run/user/" + strconv.Itoa(os.Getuid())
	if _, err := User(t.Context(), dir); err == nil && os.Getenv("XDG_SESSION_ID") == "" {
		t.Error("the manager runs already")
	}
	l := connectLogin(t, "", os.Getuid())
	wantLinger(t, l, false)
	if !l.MaySetLinger(t.Context()) {
		t.Error("may not set linger")
	}
	for range 2 { // on again changes nothing
		must(t, l.SetLinger(t.Context(), true))
		wantLinger(t, l, true)
	}
	awaitUser(t, dir)
	for range 2 {
		must(t, l.SetLinger(t.Context(), false))
		wantLinger(t, l, false)
	}
}

// awaitUser waits until a manager with that runtime directory can be asked.
func awaitUser(t *testing.T, dir string) {
	t.Helper()
	var err error
	for range 500 {
		var m *Manager
		if m, err = User(t.Context(), dir); err == nil {
			m.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error(err)
}

// polkitRule makes polkit answer so to the one question.
const polkitRule = `cat >/etc/polkit-1/rules.d/10-linger.rules <<'EOF'
polkit.addRule(function(action, subject) {
	if (action.id == "org.freedesktop.login1.set-self-linger") return polkit.Result.ANSWER;
});
EOF
systemctl restart polkit
`

// Fault: no-linger
func TestLingerIsDenied(t *testing.T) {
	if os.Getenv(insideVar) == "" {
		for name, script := range map[string]string{
			"no":         strings.Replace(polkitRule, "ANSWER", "NO", 1),
			"a password": strings.Replace(polkitRule, "ANSWER", "AUTH_SELF", 1),
			"no polkit":  "systemctl mask --now polkit",
		} {
			t.Log(name)
			m := aMachine(t, script)
			runIn(t, m, false)
			runIn(t, m, true)
		}
		return
	}
	l := connectLogin(t, "", os.Getuid())
	if l.MaySetLinger(t.Context()) {
		t.Error("may set linger")
	}
	if err := l.SetLinger(t.Context(), true); err == nil || !strings.HasPrefix(err.Error(), "logind refuses: ") {
		t.Errorf("got %v", err)
	}
	wantLinger(t, l, false)
}

// A host without a system bus, and a bus without logind.
func TestNoLogind(t *testing.T) {
	if !inHost(t, testhost.Config{}) {
		return
	}
	for address, want := range map[string]string{
		"": "no system bus runs", "unix:path=/none": "no system bus runs", "none": "dbus: ",
	} {
		_, err := ConnectLogin(t.Context(), address, os.Getuid())
		if err == nil || !strings.HasPrefix(err.Error(), "logind cannot be asked: "+want) {
			t.Errorf("%q: got %v, want %q", address, err, want)
		}
	}
	l := connectLogin(t, os.Getenv("DBUS_SESSION_BUS_ADDRESS"), os.Getuid())
	if on, err := l.Linger(t.Context()); on || err == nil || !strings.HasPrefix(err.Error(), "logind cannot be asked: ") {
		t.Errorf("linger: got %v, %v", on, err)
	}
	if l.MaySetLinger(t.Context()) {
		t.Error("may set linger")
	}
	if err := l.SetLinger(t.Context(), true); err == nil {
		t.Error("set linger: no error")
	}
}
