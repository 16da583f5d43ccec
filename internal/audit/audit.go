// Package audit keeps a record of each thing that is done with a token: in the
// journal, and in a file where there is no journal. A record names a token by its
// SHA-256, so that one that turns up somewhere can be traced, and holds nothing
// that could be used.
package audit

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"github.com/coreos/go-systemd/v22/journal"
	"github.com/ghauth-provision/ghauth-provision/internal/atomicfile"
)

// Event is what was done.
type Event string

// The events.
const (
	Mint    Event = "mint"    // GitHub gave a new token, and it was stored or handed out
	Reuse   Event = "reuse"   // a stored token was found good, or handed out
	Refusal Event = "refusal" // no token came of it
	Revoke  Event = "revoke"
)

// Record is one thing that was done.
type Record struct {
	Time         time.Time `json:"time"`
	Event        Event     `json:"event"`
	App          string    `json:"app"`
	Issuer       string    `json:"issuer,omitempty"` // the App's id or client id
	Installation int64     `json:"installation,omitempty"`
	TokenSHA256  string    `json:"token_sha256,omitempty"` // hex, whole
	ExpiresAt    time.Time `json:"expires_at,omitzero"`
	Key          string    `json:"key,omitempty"`    // the fingerprint of the key that signed
	Reason       string    `json:"reason,omitempty"` // why there was no token
	Client       string    `json:"client,omitempty"` // the user whom a broker answered: "uid 1000"
}

// FileName is the name of the file in a key directory; with ".1" that of the one
// before it. Both have mode 0600, and at most MaxFile bytes.
const (
	FileName = "audit.log"
	MaxFile  = 1 << 20
)

// patience bounds the wait for a journal that is stuck: no token may wait for it.
const patience = time.Second

// Write keeps a record: in the journal, else as a line of JSON in dir.
func Write(dir string, r Record) error { return write(dir, r, send) }

func write(dir string, r Record, send func(Record) error) error {
	if send(r) == nil {
		return nil
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return atomicfile.Append(filepath.Join(dir, FileName), append(line, '\n'), 0o600, MaxFile)
}

// send gives the record to the journal. Where there is none the kernel says so.
func send(r Record) error {
	sent := make(chan error, 1)
	go func() { sent <- journal.Send(r.String(), r.priority(), r.fields()) }()
	select {
	case err := <-sent:
		return err
	case <-time.After(patience):
		return errors.New("the journal does not take the record")
	}
}

// String is the record as the journal shows it.
func (r Record) String() string {
	text := fmt.Sprintf("%s: %s", cmp.Or(r.App, "broker"), r.Event)
	if r.TokenSHA256 != "" {
		text += " of the token with sha256 " + r.TokenSHA256[:min(8, len(r.TokenSHA256))]
	}
	if r.Client != "" {
		text += " for " + r.Client
	}
	if r.Reason != "" {
		text += ": " + r.Reason
	}
	return text
}

func (r Record) priority() journal.Priority {
	switch r.Event {
	case Refusal:
		return journal.PriWarning
	case Mint, Revoke:
		return journal.PriNotice
	}
	return journal.PriInfo
}

// fields are the journal's, by which records are found:
// journalctl GHAUTH_EVENT=mint (systemd.journal-fields(7), "User Journal Fields").
func (r Record) fields() map[string]string {
	all := map[string]string{
		"SYSLOG_IDENTIFIER":   "ghauth-provision",
		"GHAUTH_EVENT":        string(r.Event),
		"GHAUTH_APP":          r.App,
		"GHAUTH_ISSUER":       r.Issuer,
		"GHAUTH_TOKEN_SHA256": r.TokenSHA256,
		"GHAUTH_KEY":          r.Key,
		"GHAUTH_REASON":       r.Reason,
		"GHAUTH_CLIENT":       r.Client,
	}
	if r.Installation != 0 {
		all["GHAUTH_INSTALLATION"] = strconv.FormatInt(r.Installation, 10)
	}
	if !r.ExpiresAt.IsZero() {
		all["GHAUTH_EXPIRES_AT"] = r.ExpiresAt.UTC().Format(time.RFC3339)
	}
	for name, value := range all {
		if value == "" {
			delete(all, name)
		}
	}
	return all
}
