package plugin

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestReadTable(t *testing.T) {
	defaults := Table{
		TokenEnvFile:  "/home/ada/.config/takopi/github-token.env",
		RefreshScript: "/home/ada/.local/bin/takopi-refresh-github-token",
		MaxTokenAge:   55 * time.Minute, RefreshTimeout: 30 * time.Second,
	}
	with := func(f func(*Table)) Table {
		t := defaults
		f(&t)
		return t
	}
	for _, tt := range []struct {
		in   string
		want Table
	}{
		{"", defaults},
		{" \n", defaults},
		{"{}", defaults},
		{`{"foreign": {"deep": [1]}, "bot_token": "x"}`, defaults},
		{`{"token_env_file": "/srv/t.env"}`, with(func(t *Table) { t.TokenEnvFile = "/srv/t.env" })},
		{`{"refresh_script": "~/bin/r"}`, with(func(t *Table) { t.RefreshScript = "/home/ada/bin/r" })},
		{`{"max_token_age_minutes": 5, "refresh_timeout_seconds": "7"}`,
			with(func(t *Table) { t.MaxTokenAge, t.RefreshTimeout = 5*time.Minute, 7*time.Second })},
		{`{"max_token_age_minutes": 5.0, "refresh_timeout_seconds": " 7 "}`,
			with(func(t *Table) { t.MaxTokenAge, t.RefreshTimeout = 5*time.Minute, 7*time.Second })},
		{`{"max_token_age_minutes": "5.00"}`, with(func(t *Table) { t.MaxTokenAge = 5 * time.Minute })},
		{`{"run_refresh_with": ["sudo", "-n"]}`, with(func(t *Table) { t.RunRefreshWith = []string{"sudo", "-n"} })},
		{`{"allowed_user_ids": [7, "-100123"]}`, with(func(t *Table) { t.AllowedUserIDs = []int64{7, -100123} })},
		{`{"allowed_user_ids": "[7, \"8\"]", "run_refresh_with": "[\"sudo\", \"-n\"]"}`, with(func(t *Table) {
			t.AllowedUserIDs, t.RunRefreshWith = []int64{7, 8}, []string{"sudo", "-n"}
		})},
		{`{"allowed_user_ids": [1425369874512365478]}`, with(func(t *Table) { t.AllowedUserIDs = []int64{1425369874512365478} })},
	} {
		got, err := ReadRequest(strings.NewReader(tt.in), "/home/ada")
		if err != nil || !reflect.DeepEqual(got, Request{Table: tt.want}) {
			t.Errorf("ReadRequest(%s) = %+v, %v, want %+v", tt.in, got, err, tt.want)
		}
	}
}

func TestReadTableRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"[]":                                            "JSON object",
		`"canary"`:                                      "JSON object",
		`{"token_env_file": canary}`:                    "JSON object",
		`{"token_env_file": ["canary"]}`:                "token_env_file has the wrong type",
		`{"token_env_file": "canary"}`:                  "token_env_file must be an absolute path",
		`{"refresh_script": "~canary/x"}`:               "refresh_script must be an absolute path",
		`{"run_refresh_with": "canary"}`:                "run_refresh_with has the wrong type",
		`{"max_token_age_minutes": 0}`:                  "from 1 to 1440",
		`{"max_token_age_minutes": -200000000}`:         "from 1 to 1440", // a 64-bit count of nanoseconds wraps around
		`{"max_token_age_minutes": 1441}`:               "from 1 to 1440",
		`{"max_token_age_minutes": "NaN"}`:              "max_token_age_minutes has the wrong type",
		`{"max_token_age_minutes": "5."}`:               "max_token_age_minutes has the wrong type",
		`{"max_token_age_minutes": "5.0.0"}`:            "max_token_age_minutes has the wrong type",
		`{"max_token_age_minutes": 5.5}`:                "max_token_age_minutes has the wrong type",
		`{"refresh_timeout_seconds": -1}`:               "from 1 to 86400",
		`{"refresh_timeout_seconds": 1e18}`:             "refresh_timeout_seconds has the wrong type",
		`{"refresh_timeout_seconds": 4503599627370495}`: "from 1 to 86400",
		`{"allowed_user_ids": "7"}`:                     "allowed_user_ids has the wrong type",
		`{"allowed_user_ids": "canary"}`:                "allowed_user_ids has the wrong type",
		`{"allowed_user_ids": ["canary"]}`:              "allowed_user_ids has the wrong type",
		`{"allowed_user_ids": "null"}`:                  "allowed_user_ids has the wrong type", // and not: nobody is named, so all may
		`{"allowed_user_ids": " null "}`:                "allowed_user_ids has the wrong type",
		`{"allowed_user_ids": null}`:                    "allowed_user_ids has the wrong type",
		`{"allowed_user_ids": "[null]"}`:                "allowed_user_ids has the wrong type",
		`{"allowed_user_ids": ""}`:                      "allowed_user_ids has the wrong type",
		strings.Repeat(" ", maxRequest+1):               "larger than",
	} {
		_, err := ReadRequest(strings.NewReader(in), "/home/ada")
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("ReadRequest(%.60s): %v, want an error with %q", in, err, want)
		}
	}
}

func FuzzReadRequest(f *testing.F) {
	f.Add(`{"token_env_file": "~/t.env", "max_token_age_minutes": "55", "allowed_user_ids": [1]}`)
	f.Add(`{"run_refresh_with": ["sudo", "-n"], "refresh_timeout_seconds": 30}`)
	f.Fuzz(func(t *testing.T, in string) {
		got, err := ReadRequest(strings.NewReader(in), "/home/ada")
		if err != nil {
			return
		}
		if got.check() != nil || got.MaxTokenAge > 24*time.Hour || got.RefreshTimeout > 24*time.Hour {
			t.Errorf("ReadRequest(%q) takes %+v", in, got)
		}
	})
}
