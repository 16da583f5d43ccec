package main

import (
	"bytes"
	"encoding/json"
	"runtime"
	"runtime/debug"
	"testing"
)

func TestBuildOf(t *testing.T) {
	const commit, date = "0123456789abcdef", "2026-11-25T02:45:01Z"
	settings := func(modified string) []debug.BuildSetting {
		return []debug.BuildSetting{{Key: "vcs", Value: "git"}, {Key: "vcs.revision", Value: commit}, {Key: "vcs.time", Value: date}, {Key: "vcs.modified", Value: modified}}
	}
	for _, tt := range []struct {
		name string
		info debug.BuildInfo
		want build
	}{
		{"outside of a clone", debug.BuildInfo{}, build{Version: "devel"}},
		{"without a version", debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}, build{Version: "devel"}},
		{"fetched", debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}}, build{Version: "v1.2.3"}},
		{"of a clone", debug.BuildInfo{Settings: settings("false")}, build{Version: "devel", Commit: commit, Date: date}},
		{"with changes", debug.BuildInfo{Settings: settings("true")}, build{Version: "devel", Commit: commit, Date: date, Modified: true}},
	} {
		if got := buildOf(&tt.info); got != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func TestShowBuild(t *testing.T) {
	b := build{Version: "1.2.3", Commit: "0123", Date: "2026-11-25T02:45:01Z", Go: "go1.26.0", Platform: "linux/arm64"}
	const rest = "date     2026-11-25T02:45:01Z\ngo       go1.26.0\nplatform linux/arm64\n"
	for _, tt := range []struct {
		change func(*build)
		want   string
	}{
		{func(*build) {}, "ghauth-provision 1.2.3\ncommit   0123\n" + rest},
		{func(b *build) { b.Modified = true }, "ghauth-provision 1.2.3\ncommit   0123, with changes that are not in it\n" + rest},
		{func(b *build) { b.Commit = "" }, "ghauth-provision 1.2.3\ngo       go1.26.0\nplatform linux/arm64\n"},
	} {
		var out bytes.Buffer
		b := b
		tt.change(&b)
		(&world{stdout: &out}).showBuild(b)
		if out.String() != tt.want {
			t.Errorf("%+v: got\n%s\nwant\n%s", b, &out, tt.want)
		}
	}
}

func TestVersionJSON(t *testing.T) {
	var out bytes.Buffer
	if status := run(t.Context(), world{stdout: &out, stderr: &out}, []string{"version", "--json"}); status != exitOK {
		t.Fatalf("status %d: %s", status, &out)
	}
	var got build
	err := json.Unmarshal(out.Bytes(), &got)
	if err != nil || got.Version == "" || got.Go != runtime.Version() || got.Platform != runtime.GOOS+"/"+runtime.GOARCH {
		t.Errorf("got %s: %v", &out, err)
	}
}
