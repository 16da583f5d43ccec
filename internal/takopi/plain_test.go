package takopi

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A FIFO among what is Takopi's, even one that somebody holds open, keeps nobody.
//
// Fault: no-plain-file
func TestReadWaitsForNoFIFO(t *testing.T) {
	dir := t.TempDir()
	fifo, plain := filepath.Join(dir, "fifo"), filepath.Join(dir, "plain")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	held, err := os.OpenFile(fifo, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if err := os.WriteFile(plain, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := readPlain(plain); err != nil || string(got) != "x" {
		t.Errorf("%q, %v", got, err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := readPlain(fifo)
		done <- err
	}()
	select {
	case err := <-done:
		if err == nil {
			t.Error("a FIFO was read")
		}
	case <-time.After(10 * time.Second):
		t.Error("waits for what a FIFO may bring")
	}
}
