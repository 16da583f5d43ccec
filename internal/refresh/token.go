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

// Stored is a token with what its file says besides.
type Stored struct {
	mint.Token
	// Owner is the login of the account whose repositories the token is for, Key the
	// fingerprint of the key that it was asked for with, and Signer the id of that
	// key's source, where it is no file. Any may be empty, as in another tool's file.
	Owner, Key, Signer string

	handed bool // by a broker, which may have had it for some time
}

// tokenFile is a token file as it was read.
type tokenFile struct {
	Stored
	source  string      // of the app that it was minted for; empty in a foreign file
	mode    fs.FileMode // of the file that was read
	written time.Time
	stored  uptime // zero in a foreign file
}

func readToken(path string) (f tokenFile, err error) {
	data, info, err := readSmall(path)
	if errors.Is(err, errAbsent) {
		return f, &fs.PathError{Op: "read", Path: path, Err: fs.ErrNotExist}
	}
	var vars map[string]string
	if err == nil {
		vars, err = envfile.Parse(data)
	}
	if err != nil {
		return f, fmt.Errorf("%s: %w", path, err)
	}
	value := cmp.Or(vars["GITHUB_TOKEN"], vars["GITHUB_ENTERPRISE_TOKEN"])
	if value == "" {
		return f, fmt.Errorf("%s holds no GITHUB_TOKEN", path)
	}
	f = tokenFile{
		Stored: Stored{Owner: vars["GHAUTH_TOKEN_OWNER"], Key: vars["GHAUTH_TOKEN_KEY"], Signer: vars["GHAUTH_TOKEN_SIGNER"]},
		source: vars["GHAUTH_TOKEN_SOURCE"], mode: info.Mode().Perm(), written: info.ModTime(), stored: parseUptime(vars["GHAUTH_TOKEN_UPTIME"]),
	}
	f.Value, f.CreatedAt = mint.Secret(value), info.ModTime()
	if at, err := time.Parse(time.RFC3339, vars["GITHUB_TOKEN_CREATED_AT"]); err == nil {
		f.CreatedAt = at
	}
	f.ExpiresAt = f.CreatedAt.Add(time.Hour)
	if at, err := time.Parse(time.RFC3339, vars["GITHUB_TOKEN_EXPIRES_AT"]); err == nil {
		f.ExpiresAt = at
	}
	return f, nil
}

// source tells apart where tokens come from: one of another GitHub, App,
// installation or scope is not this app's, and is no other host's business.
func (a App) source() string {
	from := fmt.Appendf(nil, "%q %q %q %d", a.Host, a.APIURL, a.Issuer, a.InstallationID)
	if len(a.Repositories)+len(a.Permissions) > 0 {
		from = fmt.Appendf(from, " %q %q", a.Repositories, a.Permissions) // fmt sorts maps
	}
	sum := sha256.Sum256(from)
	return hex.EncodeToString(sum[:8])
}

// writeToken replaces app's token env file. Its values are bare: they hold no
// character that a shell, systemd or a container's --env-file could mistake.
func writeToken(app App, t Stored) error {
	var b strings.Builder
	b.WriteString("# Written by ghauth-provision mint, which replaces it before it expires.\n")
	for _, v := range TokenVars(app.Host, t.Token) {
		fmt.Fprintln(&b, v)
	}
	fmt.Fprintf(&b, "GHAUTH_TOKEN_SOURCE=%s\n", app.source())
	for _, more := range []struct{ name, value string }{
		{"GHAUTH_TOKEN_OWNER", t.Owner}, {"GHAUTH_TOKEN_KEY", t.Key}, {"GHAUTH_TOKEN_SIGNER", t.Signer},
		{"GHAUTH_TOKEN_UPTIME", app.sinceBoot().String()},
	} {
		if more.value != "" {
			fmt.Fprintf(&b, "%s=%s\n", more.name, more.value)
		}
	}
	return atomicfile.WritePrivate(app.TokenFile, []byte(b.String()), 0o600)
}

// TokenNames are the variables that gh takes tokens and their host from
// (`gh help environment`).
var TokenNames = []string{"GITHUB_TOKEN", "GH_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GH_ENTERPRISE_TOKEN", "GH_HOST"}

// TokenVars gives a token as NAME=VALUE for the environment of programs that work
// with host, and its times in RFC 3339.
func TokenVars(host string, t mint.Token) []string {
	value := t.Value.Reveal()
	vars := []string{"GITHUB_TOKEN=" + value, "GH_TOKEN=" + value}
	if githubhost.Enterprise(host) {
		vars = []string{"GITHUB_ENTERPRISE_TOKEN=" + value, "GH_ENTERPRISE_TOKEN=" + value}
	}
	if host != "github.com" {
		vars = append(vars, "GH_HOST="+host)
	}
	return append(vars, "GITHUB_TOKEN_CREATED_AT="+t.CreatedAt.UTC().Format(time.RFC3339), "GITHUB_TOKEN_EXPIRES_AT="+t.ExpiresAt.UTC().Format(time.RFC3339))
}

// readSmall reads a regular file of bounded size, follows no link and never
// blocks on a FIFO.
func readSmall(path string) ([]byte, fs.FileInfo, error) {
	return readBounded(os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0))
}

// readGH reads one of gh's files, which people keep elsewhere and link to.
func readGH(path string) ([]byte, error) {
	data, _, err := readBounded(os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0))
	return data, err
}

// readBounded reads what has been opened, unless that failed.
func readBounded(f *os.File, err error) ([]byte, fs.FileInfo, error) {
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
