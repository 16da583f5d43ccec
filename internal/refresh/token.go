package refresh

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
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
	s, err := readToken(path)
	return s.Token, err
}

// stored is a token with what its file says besides.
type stored struct {
	mint.Token
	source  string      // of the app that it was minted for; empty in a foreign file
	mode    fs.FileMode // of the file that was read
	written time.Time
}

func readToken(path string) (s stored, err error) {
	data, info, err := readSmall(path)
	if errors.Is(err, errAbsent) {
		return s, &fs.PathError{Op: "read", Path: path, Err: fs.ErrNotExist}
	}
	var vars map[string]string
	if err == nil {
		vars, err = envfile.Parse(data)
	}
	if err != nil {
		return s, fmt.Errorf("%s: %w", path, err)
	}
	value := cmp.Or(vars["GITHUB_TOKEN"], vars["GITHUB_ENTERPRISE_TOKEN"])
	if value == "" {
		return s, fmt.Errorf("%s holds no GITHUB_TOKEN", path)
	}
	s = stored{mint.Token{Value: mint.Secret(value), CreatedAt: info.ModTime()}, vars["GHAUTH_TOKEN_SOURCE"], info.Mode().Perm(), info.ModTime()}
	if at, err := time.Parse(time.RFC3339, vars["GITHUB_TOKEN_CREATED_AT"]); err == nil {
		s.CreatedAt = at
	}
	s.ExpiresAt = s.CreatedAt.Add(time.Hour)
	if at, err := time.Parse(time.RFC3339, vars["GITHUB_TOKEN_EXPIRES_AT"]); err == nil {
		s.ExpiresAt = at
	}
	return s, nil
}

// source tells apart where tokens come from: one of another GitHub, App or
// installation is not this app's, and is no other host's business.
func (a App) source() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %d", a.Host, a.APIURL, a.Issuer, a.InstallationID))
	return hex.EncodeToString(sum[:8])
}

// writeToken replaces app's token env file. Its values are bare: they hold no
// character that a shell, systemd or a container's --env-file could mistake.
func writeToken(app App, t mint.Token) error {
	names := []string{"GITHUB_TOKEN", "GH_TOKEN"}
	if githubhost.Enterprise(app.Host) {
		names = []string{"GITHUB_ENTERPRISE_TOKEN", "GH_ENTERPRISE_TOKEN"}
	}
	var b strings.Builder
	b.WriteString("# Written by ghauth-provision mint, which replaces it before it expires.\n")
	for _, name := range names {
		fmt.Fprintf(&b, "%s=%s\n", name, t.Value.Reveal())
	}
	if app.Host != "github.com" {
		fmt.Fprintf(&b, "GH_HOST=%s\n", app.Host)
	}
	fmt.Fprintf(&b, "GITHUB_TOKEN_CREATED_AT=%s\n", t.CreatedAt.UTC().Format(time.RFC3339))
	fmt.Fprintf(&b, "GITHUB_TOKEN_EXPIRES_AT=%s\n", t.ExpiresAt.UTC().Format(time.RFC3339))
	fmt.Fprintf(&b, "GHAUTH_TOKEN_SOURCE=%s\n", app.source())
	return atomicfile.Write(app.TokenFile, []byte(b.String()), 0o600)
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
