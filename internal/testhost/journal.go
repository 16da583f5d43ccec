package testhost

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

const journalStart = 10 * time.Second

// journalConf keeps the machine's own messages out (journald.conf(5)).
const journalConf = `[Journal]
Storage=persistent
SplitMode=uid
ReadKMsg=no
Audit=
RateLimitIntervalSec=0
SystemMaxUse=64M
`

// startJournal starts a private systemd-journald for the manager's messages and
// what the user's units print. "journalctl --user" reads the user's own file
// alone; journald splits that off from the persistent journal only, and takes
// that up once the flag file is there (systemd-journald.service(8)).
func (g *guest) startJournal() error {
	for name, text := range map[string]string{
		"/run/systemd/journald.conf.d/testhost.conf": journalConf,
		"/run/systemd/journal/flushed":               "",
		"/var/log/journal/.testhost":                 "",
	} {
		if err := writeFile(name, text); err != nil {
			return err
		}
	}
	cmd := exec.Command("/usr/lib/systemd/systemd-journald")
	cmd.Dir = "/"
	cmd.Env = []string{"SYSTEMD_LOG_TARGET=console"}
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	_, err := g.startDaemon(cmd, time.After(journalStart))
	return err
}

// journal returns the end of the journal, to be shown with an error.
func (g *guest) journal() string {
	name := filepath.Join(stateDir, "journal.log")
	log, err := os.Create(name)
	if err != nil {
		return err.Error()
	}
	defer log.Close()
	cmd := exec.Command("journalctl", "--no-pager", "--lines=30")
	cmd.Stdout, cmd.Stderr = log, log
	p, err := g.start(cmd)
	if err == nil {
		err = g.wait(p.done, time.After(journalStart))
	}
	if err != nil {
		return err.Error()
	}
	return tail(name)
}
