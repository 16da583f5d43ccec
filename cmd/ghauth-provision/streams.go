package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/ghauth-provision/ghauth-provision/internal/atomicfile"
	"golang.org/x/sys/unix"
)

// interruptible ends a read of a terminal or a pipe when ctx ends: a read(2) that
// waits for input would outlast any signal that is caught.
type interruptible struct {
	ctx context.Context
	io.Reader
}

func (r interruptible) Read(p []byte) (int, error) {
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		// Not into p, which is the caller's again when ctx ends.
		data := make([]byte, len(p))
		n, err := r.Reader.Read(data)
		done <- result{data[:n], err}
	}()
	select {
	case <-r.ctx.Done():
		return 0, errors.New("interrupted")
	case res := <-done:
		return copy(p, res.data), res.err
	}
}

// output keeps the first error of writing a result, so that a full disk is not
// taken for success. A reader that has gone away is none.
type output struct {
	io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.Writer.Write(p)
	if err != nil && o.err == nil && !errors.Is(err, unix.EPIPE) {
		o.err = &failure{exitNoWrite, "the output cannot be written: " + err.Error(), ""}
	}
	return n, err
}

// readFile reads a regular file of at most limit bytes. It does not wait for
// what a FIFO may bring.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s is larger than %d bytes", path, limit)
	}
	return data, err
}

// writeNamed replaces the file at path, which a person has named as file: so does
// an error about it, which would name a temporary one.
func writeNamed(file, path string, data []byte, mode fs.FileMode) error {
	err := atomicfile.Sweep(path)
	if err == nil {
		err = atomicfile.Write(path, data, mode)
	}
	if err == nil {
		return nil
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	return &failure{exitNoWrite, file + " cannot be written: " + err.Error(), cmp.Or(diskRemedy(err), "name another file, or mend its directory")}
}
