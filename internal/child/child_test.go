package child

import (
	"errors"
	"os"
	"os/exec"
	"testing"
)

// os/exec would report what Cancel gives as the program's failure.
func TestCancelAfterTheEnd(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "true")
	KillGroup(cmd)
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Cancel(); !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("%v, want os.ErrProcessDone", err)
	}
}

func TestEndGroupOfNone(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "/none")
	KillGroup(cmd)
	if err := cmd.Run(); err == nil {
		t.Fatal("it ran")
	}
	EndGroup(cmd)
}
