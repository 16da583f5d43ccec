package broker

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// A request that comes while the broker stops is hung up on unread, by the broker or
// by systemd, which flushes its socket then (FlushPending= in systemd.socket(5)). The
// next one starts the broker, unless it came before the flush, too.
const (
	askTries = 4
	askPause = 50 * time.Millisecond // and twice that before each further try
)

// Ask asks the broker at a socket for a token, within ctx, up to askTries times while
// it is hung up on. Errors are of type *mint.Error.
func Ask(ctx context.Context, socket string, r Request) (Token, error) {
	for try := range askTries - 1 {
		token, err := askOnce(ctx, socket, r)
		if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
			return token, err
		}
		select {
		case <-ctx.Done():
			return token, err
		case <-time.After(askPause << try):
		}
	}
	return askOnce(ctx, socket, r)
}

func askOnce(ctx context.Context, socket string, r Request) (Token, error) {
	conn, err := dial(ctx, socket)
	if err != nil {
		return Token{}, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	r.Version = version
	line, err := json.Marshal(r)
	if err != nil {
		return Token{}, err
	}
	// A broker that refuses this user may have answered and closed already.
	_, sent := conn.Write(append(line, '\n'))
	line, err = readLine(conn)
	if err != nil {
		return Token{}, broken(ctx, socket, errors.Join(sent, err))
	}
	return parseAnswer(line)
}

func dial(ctx context.Context, socket string) (*net.UnixConn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, unreachable(ctx, socket, err)
	}
	unix := conn.(*net.UnixConn)
	// systemd listens as root, and a broker that is tried out as its own user.
	// Anybody else would have us work with a token of theirs.
	uid, err := peer(unix)
	if err == nil && (uid == 0 || int(uid) == os.Geteuid()) {
		return unix, nil
	}
	conn.Close()
	if err != nil {
		return nil, broken(ctx, socket, err)
	}
	return nil, fault(mint.BadSetup, "name the socket that root's apply made", "the broker's socket %s is uid %d's, not root's", socket, uid)
}

const remedySocket = "have root look: ghauth-provision doctor"

func unreachable(ctx context.Context, socket string, err error) error {
	e := &mint.Error{Kind: mint.Temporary, Reason: "the broker cannot be reached", Remedy: remedySocket, Err: err}
	switch {
	case ctx.Err() != nil: // it has too many who wait
	case errors.Is(err, fs.ErrPermission):
		e.Kind, e.Remedy = mint.Denied, "ask root to name this user in the spec's broker block, and to apply it"
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		e.Kind = mint.BadSetup
	}
	return e
}

func broken(ctx context.Context, socket string, err error) error {
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return &mint.Error{Kind: mint.Temporary, Reason: "the broker at " + socket + " gave no answer", Remedy: remedySocket, Err: err}
}
