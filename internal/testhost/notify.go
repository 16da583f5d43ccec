package testhost

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// startDaemon starts a program which says that it is ready, as a Type=notify
// unit does (sd_notify(3)), and waits for that. The program has a session and a
// log of its own and no input.
func (r *reaper) startDaemon(cmd *exec.Cmd, limit <-chan time.Time) (*process, error) {
	name := filepath.Join(stateDir, filepath.Base(cmd.Path)+".notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := os.Chmod(name, 0o666); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(stateDir, filepath.Base(cmd.Path)+".log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(cmd.Env, "NOTIFY_SOCKET="+name)
	cmd.SysProcAttr.Setsid = true
	p, err := r.start(cmd)
	if err == nil {
		err = r.ready(p, conn, limit)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", cmd.Path, err, tail(log.Name()))
	}
	return p, nil
}

// ready waits until p sent READY=1.
func (r *reaper) ready(p *process, conn *net.UnixConn, limit <-chan time.Time) error {
	ready := make(chan struct{})
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := conn.Read(b)
			if err != nil {
				return
			}
			if strings.Contains("\n"+string(b[:n])+"\n", "\nREADY=1\n") {
				close(ready)
				return
			}
		}
	}()
	select {
	case <-p.done:
		return fmt.Errorf("ended with status %d", p.status())
	case <-ready:
		return nil
	case <-r.hangup:
		return errHungUp
	case <-limit:
		return errLate
	}
}

// tail returns the end of a log, to be shown with an error.
func tail(name string) string {
	b, err := os.ReadFile(name)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-2000):])
}
