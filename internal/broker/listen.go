package broker

import (
	"errors"
	"fmt"
	"net"

	"github.com/coreos/go-systemd/v22/activation"
)

// Inherited gives the socket that systemd passed to this process (sd_listen_fds(3)),
// nil where there is none.
func Inherited() (*net.UnixListener, error) {
	all, err := activation.Listeners()
	if err != nil || len(all) == 0 {
		return nil, err
	}
	ln, ok := all[0].(*net.UnixListener)
	if len(all) != 1 || !ok {
		return nil, errors.New("systemd passed something else than one Unix stream socket")
	}
	return ln, nil
}

// Listen makes a socket at path, for this user alone where the umask is 077. It goes
// when the listener is closed.
func Listen(path string) (*net.UnixListener, error) {
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return ln, nil
}
