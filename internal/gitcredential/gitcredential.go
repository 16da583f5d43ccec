// Package gitcredential reads what git asks a credential helper, and writes the
// answer: lines of KEY=VALUE, as git-credential(1) has them under "INPUT/OUTPUT
// FORMAT". A helper is run for more than the user has asked of it, with URLs that
// came from elsewhere, so that all that is read is bounded, and nothing is written
// that could be taken for another line.
package gitcredential

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MaxSize bounds what is read, in bytes. Git itself sends a few hundred.
const MaxSize = 64 << 10

// Request is what git wants a credential for. What it has not told is empty.
type Request struct {
	Protocol string // such as https
	Host     string // with the port, if the URL has one
	Path     string // without the slash at its head; told with credential.useHttpPath alone
	Username string
	Password string // of one that was refused or taken
	// Capabilities are what git understands, such as authtype, since version 2.46.
	Capabilities []string
}

// Read reads one request, up to an empty line or the end. Attributes that it does
// not know are passed over, as git-credential(1) asks for. Errors never show a
// value.
func Read(r io.Reader) (Request, error) {
	lines := bufio.NewReader(io.LimitReader(r, MaxSize+1))
	var text strings.Builder
	for {
		line, err := lines.ReadString('\n')
		text.WriteString(line)
		switch {
		case text.Len() > MaxSize:
			return Request{}, fmt.Errorf("more than %d bytes", MaxSize)
		case strings.Contains(line, "\x00"):
			return Request{}, errors.New("a NUL byte is in it")
		case err == io.EOF || line == "\n":
			return parse(text.String())
		case err != nil:
			return Request{}, err
		}
	}
}

func parse(text string) (req Request, err error) {
	n := 0
	for line := range strings.Lines(text) {
		n++
		if line == "\n" {
			break
		}
		key, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if !ok || key == "" {
			return Request{}, fmt.Errorf("line %d is not KEY=VALUE", n)
		}
		req.set(key, value)
	}
	return req, nil
}

// set keeps an attribute. The last one of a name counts, and an empty one of a
// list empties it.
func (r *Request) set(key, value string) {
	switch key {
	case "protocol":
		r.Protocol = value
	case "host":
		r.Host = value
	case "path":
		r.Path = value
	case "username":
		r.Username = value
	case "password":
		r.Password = value
	case "capability[]":
		r.Capabilities = append(r.Capabilities, value)
		if value == "" {
			r.Capabilities = nil
		}
	}
}

// Repository gives the account and the name of the repository at a path, such as
// OWNER/REPO.git, or of its wiki, or of what lies below it, as git-lfs asks for.
// Without both there is none.
func (r Request) Repository() (owner, name string, ok bool) {
	parts := strings.Split(strings.TrimPrefix(r.Path, "/"), "/")
	if len(parts) < 2 {
		return "", "", false
	}
	name = strings.TrimSuffix(strings.TrimSuffix(parts[1], ".git"), ".wiki")
	return parts[0], name, parts[0] != "" && name != ""
}

// Answer is a credential, for a while.
type Answer struct {
	Username string
	Password string
	Expires  time.Time
}

// Format writes an answer to a request. It fails where a value would break out of
// its line.
//
// To a git that knows of it the answer is called ephemeral: other helpers are not
// to keep it (git-credential(1), "ephemeral"). Older ones know password_expiry_utc,
// from 2.40 on.
func (a Answer) Format(to Request) ([]byte, error) {
	if strings.ContainsAny(a.Username+a.Password, "\n\r\x00") {
		return nil, errors.New("the credential holds a control character")
	}
	var b bytes.Buffer
	if slices.Contains(to.Capabilities, "authtype") {
		b.WriteString("capability[]=authtype\nephemeral=1\n")
	}
	b.WriteString("username=" + a.Username + "\npassword=" + a.Password + "\n")
	b.WriteString("password_expiry_utc=" + strconv.FormatInt(a.Expires.Unix(), 10) + "\n")
	return b.Bytes(), nil
}
