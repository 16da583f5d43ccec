package mint

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

// narrowly mints for octo-org with the app's key, for what is asked alone.
func (w *world) narrowly(t *testing.T, asked scope) (Token, error) {
	t.Helper()
	key, _ := githubtest.Key(0)
	return w.client.Mint(t.Context(), Installation{clientID, instID, asked.Repositories, asked.Permissions}, key)
}

func TestMintNarrowed(t *testing.T) {
	all := map[string]string{"contents": "write", "metadata": "read"}
	read := map[string]string{"contents": "read", "metadata": "read"}
	for _, tt := range []struct {
		name         string
		asked        scope
		permissions  map[string]string
		repositories []string
	}{
		{"not", scope{}, all, []string{"octo-org/hello", "octo-org/world"}},
		{"permissions", scope{Permissions: map[string]string{"contents": "read"}}, read, []string{"octo-org/hello", "octo-org/world"}},
		{"as granted", scope{Permissions: all}, all, []string{"octo-org/hello", "octo-org/world"}},
		{"repositories", scope{Repositories: []string{"world"}}, all, []string{"octo-org/world"}},
		{"another case", scope{Repositories: []string{"WORLD"}}, all, []string{"octo-org/world"}},
		{"both", scope{[]string{"world"}, map[string]string{"contents": "read"}}, read, []string{"octo-org/world"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			got, err := w.narrowly(t, tt.asked)
			if err != nil {
				t.Fatal(err)
			}
			minted := w.Minted()[0]
			if got.Value.Reveal() != minted.Value || !maps.Equal(minted.Permissions, tt.permissions) || !slices.Equal(minted.Repositories, tt.repositories) {
				t.Errorf("minted %v for %v, want %v for %v", minted.Permissions, minted.Repositories, tt.permissions, tt.repositories)
			}
			if len(w.warned) > 0 {
				t.Errorf("warned %q, want nothing", w.warned)
			}
			w.requested(t, 1)
			w.conforms(t)
		})
	}
}

// granting is a good answer that grants what JSON says.
func granting(permissions, repositories string) string {
	return fmt.Sprintf(`{"token":%q,"expires_at":%q,"permissions":{%s},"repositories":[%s]}`, canary, inTime(time.Hour), permissions, repositories)
}

// GitHub refuses what it does not grant; one that does not is not trusted.
func TestGrantedLess(t *testing.T) {
	asked := scope{[]string{"hello", "World"}, map[string]string{"contents": "write", "issues": "read"}}
	const both, hello = `{"name":"hello"},{"name":"world"}`, `{"name":"hello"}`
	const enough = `"contents":"write","issues":"read"`
	for _, tt := range []struct {
		name, permissions, repositories string
		lacks                           string // empty if nothing
	}{
		{"all", enough, both, ""},
		{"a lower level", `"contents":"read","issues":"read"`, both, "contents: write"},
		{"a permission missing", `"contents":"write"`, both, "issues: read"},
		{"an unknown level", `"contents":"all","issues":"read"`, both, "contents: write"},
		{"no permission", ``, both, "contents: write, issues: read"},
		{"a repository missing", enough, hello, "access to World"},
		{"no repository", enough, ``, "access to hello, World"},
		{"a repository of no name", enough, hello + `,{"name":"world\n"}`, "access to World"},
		{"of each", `"issues":"read"`, hello, "contents: write, access to World"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.Fail(1, "access_tokens", reply(201, asJSON, granting(tt.permissions, tt.repositories)))
			got, err := w.narrowly(t, asked)
			if tt.lacks == "" {
				if err != nil || got.Value != canary {
					t.Errorf("Mint() = %v, %v, want the token", got, err)
				}
				w.requested(t, 1)
				return
			}
			wantError(t, err, Denied, "GitHub grants less than was asked of installation 42: it lacks "+tt.lacks, "an owner has to grant it")
			if !strings.HasSuffix(err.Error(), tt.lacks) || got != (Token{}) {
				t.Errorf("Mint() = %v, %v, want no token and no more lacking", got, err)
			}
			w.requested(t, 2)
			if r := w.Requests()[1]; r.Method != "DELETE" || r.Path != "/installation/token" || r.Prefix != "ghs_" {
				t.Errorf("request = %+v, want the token revoked", r)
			}
		})
	}
}

func TestGrantedMore(t *testing.T) {
	const contents, hello = `"contents":"read"`, `{"name":"hello"}`
	asked := scope{[]string{"hello"}, map[string]string{"contents": "read"}}
	for _, tt := range []struct {
		name                      string
		asked                     scope
		permissions, repositories string
		more                      string // empty if nothing
	}{
		{"as asked", asked, contents, hello, ""},
		{"metadata", asked, contents + `,"metadata":"read"`, hello, ""},
		{"a higher level", asked, `"contents":"admin"`, hello, "contents: admin"},
		{"a permission more", asked, contents + `,"issues":"write"`, hello, "issues: write"},
		{"a repository more", asked, contents, hello + `,{"name":"world"}`, "access to world"},
		{"permissions were not narrowed", scope{Repositories: asked.Repositories}, `"contents":"admin"`, hello, ""},
		{"repositories were not narrowed", scope{Permissions: asked.Permissions}, contents, hello, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.Fail(1, "", reply(201, asJSON, granting(tt.permissions, tt.repositories)))
			if _, err := w.narrowly(t, tt.asked); err != nil {
				t.Fatal(err)
			}
			var want []string
			if tt.more != "" {
				want = []string{"GitHub grants more than was asked of installation 42: " + tt.more}
			}
			if !slices.Equal(w.warned, want) {
				t.Errorf("warned %q, want %q", w.warned, want)
			}
			w.requested(t, 1)
		})
	}
}

// A token may be narrowed to 500 repositories, each of which GitHub describes.
func TestMintForManyRepositories(t *testing.T) {
	w := newWorld(t)
	var names, full []string
	for i := range 500 {
		names = append(names, fmt.Sprintf("repository-%d", i))
		full = append(full, "octo-org/"+names[i])
	}
	w.AddInstallation(githubtest.Installation{ID: instID, AppID: appID, Owner: "octo-org", Repositories: full})
	if _, err := w.narrowly(t, scope{Repositories: names}); err != nil {
		t.Fatal(err)
	}
	w.conforms(t)

	// The bound grows with what was asked for, no further.
	w.Fail(-1, "", reply(201, asJSON, granting("", `{"name":"hello"}`)+strings.Repeat(" ", maxBody+repositorySize)))
	_, err := w.narrowly(t, scope{Repositories: []string{"hello"}})
	wantError(t, err, Temporary, fmt.Sprintf("is larger than %d bytes", maxBody+repositorySize), "captive portal")
}

func TestScopeString(t *testing.T) {
	var many []string
	for i := range 12 {
		many = append(many, fmt.Sprintf("r%d", i))
	}
	for want, s := range map[string]scope{
		"nothing":         {},
		"a: read":         {Permissions: map[string]string{"a": "read"}},
		"access to r0":    {Repositories: many[:1]},
		"a: read, b: all": {Permissions: map[string]string{"b": "all", "a": "read"}},
		"a: read, access to r0, r1, r2, r3, r4, r5, r6, r7, r8, r9 and 2 more": {many, map[string]string{"a": "read"}},
	} {
		if got := s.String(); got != want {
			t.Errorf("String() = %q, want %q", got, want)
		}
	}
}
