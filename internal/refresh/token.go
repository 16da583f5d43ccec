package refresh

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/atomicfile"
	"github.com/ghauth-provision/ghauth-provision/internal/envfile"
	"github.com/ghauth-provision/ghauth-provision/internal/githubhost"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"golang.org/x/sys/unix"
)

// ReadToken reads a token env file. A file without GITHUB_TOKEN_CREATED_AT, as
// other tools write it, is as old as its mtime; one without
// GITHUB_TOKEN_EXPIRES_AT ends an hour after that. That the file is absent is
// told by errors.Is(err, fs.ErrNotExist).
func ReadToken(path string) (mint.Token, error) {
	token, _, err := readToken(path)
	return token, err
}

// readToken also gives the state of the very file that it read.
func readToken(path string) (mint.Token, fs.FileInfo, error) {
	data, info, err := readSmall(path)
	if errors.Is(err, errAbsent) {
		return mint.Token{}, nil, &fs.PathError{Op: "read", Path: path, Err: fs.ErrNotExist}
	}
	var vars map[string]string
	if err == nil {
		vars, err = envfile.Parse(data)
	}
	if err != nil {
		return mint.Token{}, nil, fmt.Errorf("%s: %w", path, err)
	}
	value := cmp.Or(vars["GITHUB_TOKEN"], vars["GITHUB_ENTERPRISE_TOKEN"])
	if value == "" {
		return mint.Token{}, nil, fmt.Errorf("%s holds no GITHUB_TOKEN", path)
	}
	t := mint.Token{Value: mint.Secret(value), CreatedAt: info.ModTime()}
	if at, err := time.Parse(time.RFC3339, vars["GITHUB_TOKEN_CREATED_AT"]); err == nil {
		t.CreatedAt = at
	}
	t.ExpiresAt = t.CreatedAt.Add(time.Hour)
	if at, err := time.Parse(time.RFC3339, vars["GITHUB_TOKEN_EXPIRES_AT"]); err == nil {
		t.ExpiresAt = at
	}
	return t, info, nil
}

// writeToken replaces the token env file. Its values are bare: they hold no
// character that a shell, systemd or a container's --env-file could mistake.
func writeToken(path, host string, t mint.Token) error {
	names := []string{"GITHUB_TOKEN", "GH_TOKEN"}
	if githubhost.Enterprise(host) {
		names = []string{"GITHUB_ENTERPRISE_TOKEN", "GH_ENTERPRISE_TOKEN"}
	}
	var b strings.Builder
	b.WriteString("# Written by ghauth-provision mint, which replaces it before it expires.\n")
	for _, name := range names {
		fmt.Fprintf(&b, "%s=%s\n", name, t.Value.Reveal())
	}
	if host != "github.com" {
		fmt.Fprintf(&b, "GH_HOST=%s\n", host)
	}
	fmt.Fprintf(&b, "GITHUB_TOKEN_CREATED_AT=%s\n", t.CreatedAt.UTC().Format(time.RFC3339))
	fmt.Fprintf(&b, "GITHUB_TOKEN_EXPIRES_AT=%s\n", t.ExpiresAt.UTC().Format(time.RFC3339))
	return atomicfile.Write(path, []byte(b.String()), 0o600)
}

// due reports whether the stored token has to be replaced: at most within of
// its life is left, or it comes from the future, as after a clock was set back.
// No token, the zero one, is due.
func due(t mint.Token, now time.Time, within time.Duration) bool {
	return t.ExpiresAt.Sub(now) <= within || t.CreatedAt.Sub(now) > time.Minute
}

// readSmall reads a regular file of bounded size, follows no link and never
// blocks on a FIFO.
func readSmall(path string) ([]byte, fs.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, errAbsent
	case errors.Is(err, unix.ELOOP):
		return nil, nil, errors.New("is a symbolic link, which is not followed")
	case err != nil:
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, errors.New("is not a regular file")
	}
	data, err := io.ReadAll(io.LimitReader(f, envfile.MaxSize+1))
	return data, info, err
}
