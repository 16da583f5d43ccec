package main

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/ghauth-provision/ghauth-provision/internal/manifestflow"
)

// lead brings the user to the page: by its address, by the line that forwards its port
// where the user is elsewhere, and by the desktop's browser where there is a desktop.
func (w *world) lead(flow *manifestflow.Flow) {
	if line := w.forward(flow.Port()); line != "" {
		w.say("to reach this machine's page from yours, run there, and keep it running:\n  %s", line)
	}
	w.say("open this page, which works once, in your browser:\n  %s", flow.URL())
	if w.getenv("SSH_CONNECTION") == "" && w.desktop() {
		w.browse(flow.URL())
	}
}

// forward gives the command by which whoever has come by ssh reaches a port of loopback
// here, or nothing. sshd tells both ends of the connection (sshd(8), "SSH_CONNECTION"). A
// sudo or a su forgets them: where there is no desktop either, the machine's name stands
// in, since no browser is here.
func (w *world) forward(port int) string {
	line := fmt.Sprintf("ssh -N -L %d:127.0.0.1:%[1]d ", port)
	words := strings.Fields(w.getenv("SSH_CONNECTION"))
	if len(words) != 4 {
		machine, err := os.Hostname()
		if w.desktop() || err != nil {
			return ""
		}
		return line + "YOU@" + machine
	}
	if words[3] != "22" {
		line += "-p " + words[3] + " "
	}
	return line + cmp.Or(w.getenv("USER"), "USER") + "@" + words[2]
}

// desktop reports whether there is one, which may have a browser.
func (w *world) desktop() bool { return w.getenv("DISPLAY")+w.getenv("WAYLAND_DISPLAY") != "" }

// browse opens the desktop's browser. It may be the browser itself that runs then, so
// that it is left alone, and has neither our terminal nor its signals. Where it cannot
// be opened, the address is on the terminal.
func (w *world) browse(url string) {
	cmd := exec.Command("xdg-open", url)
	cmd.Env = w.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if cmd.Start() == nil {
		go cmd.Wait()
	}
}
