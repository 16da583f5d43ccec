package testboot

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// InNetwork calls do on a thread that is in the machine's network: the sockets that
// do makes are there, whoever uses them afterwards. So a test serves the machine's
// programs at its loopback addresses, and reaches what they serve there. do must make
// them itself, not in other goroutines, and start no programs.
func (m *Machine) InNetwork(do func() error) error {
	select {
	case <-m.gone: // and its process ID is another's, perhaps
		return errGone
	default:
	}
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with this goroutine
		err := m.enterNetwork()
		if err == nil {
			err = do()
		}
		done <- err
	}()
	return <-done
}

// enterNetwork moves the calling thread (setns(2)).
func (m *Machine) enterNetwork() error {
	space, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", m.pid))
	if err != nil {
		return fmt.Errorf("enter the machine's network: %w", err)
	}
	defer space.Close()
	if err := unix.Setns(int(space.Fd()), unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("enter the machine's network: %w", err)
	}
	return nil
}
