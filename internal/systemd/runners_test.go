package systemd

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/testhost"
)

func TestRunners(t *testing.T) {
	if !inHost(t, testhost.Config{}) {
		return
	}
	m := connect(t)
	for name, text := range map[string]string{
		"bot.service":      "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=echo /opt/bin/robot --x\nEnvironmentFile=%h/a.env\nEnvironmentFile=-/b/*.env\n",
		"my-robot.service": "[Service]\nExecStart=sh -c 'exec robot'\n", // a file, and never loaded
		"robot@.service":   "[Service]\nExecStart=robot\n",
		"robot-1.service":  "[Service]\nExecStart=ls %h/robot\n", // a directory
		"robot-2.service":  "[Service]\nExecStart=robots\n",
	} {
		writeUnit(t, name, text)
	}
	writeUnit(t, "../../../a.env", "")
	must(t, os.Mkdir(filepath.Join(os.Getenv("HOME"), "robot"), 0o700))
	must(t, m.Reload(t.Context()))
	if err := m.Start(t.Context(), "bot.service"); err != nil {
		t.Fatal(err)
	}
	got, err := m.Runners(t.Context(), "robot")
	must(t, err)
	home := os.Getenv("HOME")
	want := []Runner{{"bot.service", []string{home + "/a.env", "/b/*.env"}}, {"my-robot.service", nil}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
