package plugin

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Table is Takopi's [plugins.ghauth].
type Table struct {
	TokenEnvFile   string // absolute
	RefreshScript  string // absolute
	RunRefreshWith []string
	MaxTokenAge    time.Duration
	RefreshTimeout time.Duration
	AllowedUserIDs []int64 // empty: everyone may refresh
}

// readTable reads a table from JSON. What it does not set has the value that it
// has in a spec's takopi block. A number or a list may come as a string: that is how Takopi
// passes on what the environment overrides. Paths may begin with ~.
func readTable(data []byte, home string) (Table, error) {
	var keys map[string]json.RawMessage
	if json.Unmarshal(data, &keys) != nil {
		return Table{}, errors.New("[plugins.ghauth] did not come as a JSON object")
	}
	tokenFile, script := "~/.config/takopi/github-token.env", "~/.local/bin/takopi-refresh-github-token"
	age, timeout := number(55), number(30)
	var words list[string]
	var ids list[number]
	for _, k := range []struct {
		name string
		to   any
		is   string
	}{
		{"token_env_file", &tokenFile, "a path in quotes"}, {"refresh_script", &script, "a path in quotes"},
		{"run_refresh_with", &words, `a list such as ["sudo", "-n"]`},
		{"max_token_age_minutes", &age, "a whole number"}, {"refresh_timeout_seconds", &timeout, "a whole number"},
		{"allowed_user_ids", &ids, "a list of whole numbers such as [7]"},
	} {
		if raw, ok := keys[k.name]; ok && json.Unmarshal(raw, k.to) != nil {
			return Table{}, fmt.Errorf("[plugins.ghauth]: %s has the wrong type, and has to be %s", k.name, k.is)
		}
	}
	t := Table{
		TokenEnvFile: expand(tokenFile, home), RefreshScript: expand(script, home), RunRefreshWith: words,
		MaxTokenAge: age.upTo(1440) * time.Minute, RefreshTimeout: timeout.upTo(86400) * time.Second,
	}
	for _, id := range ids {
		t.AllowedUserIDs = append(t.AllowedUserIDs, int64(id))
	}
	return t, t.check()
}

func (t Table) check() error {
	switch {
	case t.MaxTokenAge <= 0:
		return errors.New("[plugins.ghauth]: max_token_age_minutes must be from 1 to 1440")
	case t.RefreshTimeout <= 0:
		return errors.New("[plugins.ghauth]: refresh_timeout_seconds must be from 1 to 86400")
	case !filepath.IsAbs(t.TokenEnvFile):
		return errors.New("[plugins.ghauth]: token_env_file must be an absolute path, or begin with ~/")
	case !filepath.IsAbs(t.RefreshScript):
		return errors.New("[plugins.ghauth]: refresh_script must be an absolute path, or begin with ~/")
	}
	return nil
}

// number is a whole number, or a string that holds one.
type number int64

// UnmarshalJSON takes 55, 55.0, "55" and " 55 ".
func (n *number) UnmarshalJSON(data []byte) error {
	text := strings.TrimSpace(strings.Trim(string(data), `"`))
	if whole, zeros, ok := strings.Cut(text, "."); ok && zeros != "" && strings.Trim(zeros, "0") == "" {
		text = whole
	}
	// Discord's user IDs take more of the 64 bits than JSON promises to keep
	// (RFC 8259, section 6); TOML, Python and Go keep all of them.
	v, err := strconv.ParseInt(text, 10, 64)
	*n = number(v)
	return err
}

// list is a list, or a string that holds one as JSON.
type list[T any] []T

// UnmarshalJSON takes [7] and "[7]". A null is no list: taken for an empty one, it
// would let everyone refresh.
func (l *list[T]) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		data = []byte(text)
	}
	var all []T
	err := json.Unmarshal(data, &all)
	if err == nil && all == nil {
		err = errors.New("null is no list")
	}
	*l = all
	return err
}

// upTo gives n as a count of units, or zero where it is more than limit.
func (n number) upTo(limit number) time.Duration {
	if n > limit {
		return 0
	}
	return time.Duration(max(n, 0))
}

func expand(path, home string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		return filepath.Join(home, rest)
	}
	return path
}
