// Package manifestflow registers a GitHub App by GitHub's App manifest flow: a page on
// loopback shows what will be registered and posts it to GitHub, GitHub asks the person,
// and leads the browser back here with a code that opens the App's key.
// (docs.github.com, "Registering a GitHub App from a manifest")
//
// Whoever reaches the page could have another App registered in the person's name, or
// have a code of their own taken here. So it is at a random path, which the first
// browser to come has alone from then on, by a cookie; the state that GitHub gives back
// is compared; the code is taken once; and requests under another host's name, as by DNS
// rebinding, are refused.
package manifestflow

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// App is what the page tells of an App that is registered.
type App struct {
	Name       string
	InstallURL string // where it can be installed; empty: not known
}

// Steps are what is done when the person has come back from GitHub.
type Steps struct {
	// Register makes an App of the code, and keeps its key.
	Register func(ctx context.Context, code string) (App, error)
	// Installed waits until the App is installed, and gives the account.
	Installed func(ctx context.Context) (account string, err error)
	// Remedy gives what to do about an error of theirs, or nothing.
	Remedy func(error) string
	// Warn is told of visits that were refused.
	Warn func(string)
}

// Flow is one registration.
type Flow struct {
	wish     Wish
	steps    Steps
	listener net.Listener
	path     string // of all its pages, random
	state    string
	ctx      context.Context // the run's: a browser that goes away ends nothing
	done     chan error

	mu      sync.Mutex
	visitor string // the cookie of the one browser, once it has come
	used    bool   // a code was taken
	app     *App   // what it was for
}

// Listen opens the page on loopback, at any port that is free if port is 0. It is
// served by [Flow.Run].
func Listen(port int, wish Wish, steps Steps) (*Flow, error) {
	l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return nil, err
	}
	return &Flow{wish: wish, steps: steps, listener: l, path: "/" + rand.Text() + "/", state: rand.Text(), done: make(chan error, 1)}, nil
}

// URL gives the page's address. To know it is to be able to register in the person's name.
func (f *Flow) URL() string { return "http://" + f.host() + f.path }

// Port gives the page's port.
func (f *Flow) Port() int { return f.listener.Addr().(*net.TCPAddr).Port }

func (f *Flow) host() string { return f.listener.Addr().String() }

// grace is how long the last page may take to reach the browser.
const grace = 2 * time.Second

// Run serves the page until the App is installed, a step has failed, or ctx ends. It
// gives the error of the step, or of ctx.
func (f *Flow) Run(ctx context.Context) error {
	f.ctx = ctx
	server := &http.Server{Handler: f, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 10, ErrorLog: log.New(io.Discard, "", 0)}
	serving := make(chan error, 1)
	go func() { serving <- server.Serve(f.listener) }()
	var err error
	select {
	case err = <-f.done:
	case err = <-serving:
		return err
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	// A browser that does not read on is cut off.
	if errors.Is(server.Shutdown(ending), context.DeadlineExceeded) {
		server.Close()
	}
	<-serving
	return err
}
