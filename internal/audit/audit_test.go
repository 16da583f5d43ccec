package audit

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-systemd/v22/journal"
)

var (
	at     = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	minted = Record{Time: at, Event: Mint, App: "takopi", Issuer: "Iv23", Installation: 42,
		TokenSHA256: strings.Repeat("ab", 32), ExpiresAt: at.Add(time.Hour), Key: "SHA256:x"}
	refused = Record{Time: at, Event: Refusal, App: "takopi", Reason: "GitHub answers 401"}
)

func noJournal(Record) error { return errors.New("none") }

func TestWriteToTheFile(t *testing.T) {
	dir := t.TempDir()
	for _, r := range []Record{minted, refused} {
		if err := write(dir, r, noJournal); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, FileName)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got []Record
	for line := range strings.Lines(string(data)) {
		var r Record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		got = append(got, r)
	}
	if want := []Record{minted, refused}; !reflect.DeepEqual(got, want) {
		t.Errorf("records = %+v, want %+v", got, want)
	}
	if info, _ := os.Stat(path); info.Mode() != 0o600 {
		t.Errorf("mode = %v, want 0600", info.Mode())
	}
}

func TestTheJournalIsEnough(t *testing.T) {
	dir := t.TempDir()
	var got []Record
	err := write(dir, minted, func(r Record) error { got = append(got, r); return nil })
	if err != nil || len(got) != 1 || got[0] != minted {
		t.Errorf("sent %v, %v", got, err)
	}
	if _, err := os.Stat(filepath.Join(dir, FileName)); err == nil {
		t.Error("a file beside the journal")
	}
}

func TestWriteTells(t *testing.T) {
	if err := write(filepath.Join(t.TempDir(), "absent"), minted, noJournal); err == nil {
		t.Error("a record was lost without an error")
	}
}

func TestFields(t *testing.T) {
	for _, tt := range []struct {
		record   Record
		text     string
		priority journal.Priority
		want     map[string]string
	}{
		{minted, "takopi: mint of the token with sha256 abababab", journal.PriNotice, map[string]string{
			"SYSLOG_IDENTIFIER": "ghauth-provision", "GHAUTH_EVENT": "mint", "GHAUTH_APP": "takopi", "GHAUTH_ISSUER": "Iv23",
			"GHAUTH_INSTALLATION": "42", "GHAUTH_TOKEN_SHA256": minted.TokenSHA256, "GHAUTH_EXPIRES_AT": "2026-05-04T04:02:01Z", "GHAUTH_KEY": "SHA256:x"}},
		{refused, "takopi: refusal: GitHub answers 401", journal.PriWarning, map[string]string{
			"SYSLOG_IDENTIFIER": "ghauth-provision", "GHAUTH_EVENT": "refusal", "GHAUTH_APP": "takopi", "GHAUTH_REASON": "GitHub answers 401"}},
		{Record{Event: Reuse, App: "b", Client: "uid 7"}, "b: reuse for uid 7", journal.PriInfo, map[string]string{
			"SYSLOG_IDENTIFIER": "ghauth-provision", "GHAUTH_EVENT": "reuse", "GHAUTH_APP": "b", "GHAUTH_CLIENT": "uid 7"}},
		{Record{Event: Refusal, Client: "uid 7", Reason: "no"}, "broker: refusal for uid 7: no", journal.PriWarning, map[string]string{
			"SYSLOG_IDENTIFIER": "ghauth-provision", "GHAUTH_EVENT": "refusal", "GHAUTH_CLIENT": "uid 7", "GHAUTH_REASON": "no"}},
		{Record{Event: Reuse, App: "b"}, "b: reuse", journal.PriInfo, map[string]string{
			"SYSLOG_IDENTIFIER": "ghauth-provision", "GHAUTH_EVENT": "reuse", "GHAUTH_APP": "b"}},
	} {
		if got := tt.record.String(); got != tt.text {
			t.Errorf("text = %q, want %q", got, tt.text)
		}
		if got := tt.record.priority(); got != tt.priority {
			t.Errorf("%s: priority = %v, want %v", tt.text, got, tt.priority)
		}
		if got := tt.record.fields(); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("fields = %v, want %v", got, tt.want)
		}
	}
}
