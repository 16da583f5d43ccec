package broker

import (
	"net"

	"golang.org/x/sys/unix"
)

// peer gives the user at the other end of a connection as it was when it was made:
// the kernel's word, which no process can forge (SO_PEERCRED, unix(7)). Of a socket
// that a client has dialled it is the user who listens.
func peer(conn *net.UnixConn) (uid uint32, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	var cred *unix.Ucred
	if e := raw.Control(func(fd uintptr) {
		cred, err = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); e != nil {
		return 0, e
	}
	if err != nil {
		return 0, err
	}
	return cred.Uid, nil
}
