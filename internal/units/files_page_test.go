package units

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
)

// Where the page is, and the home that it is of.
const (
	filesPage = "../../docs/files.md"
	pageHome  = "/home/takopi"
)

// TestFilesPage holds docs/files.md to the states that apply leads to, and README.md's
// table to that.
func TestFilesPage(t *testing.T) {
	want := pageOfFiles(t)
	if *update {
		if err := os.WriteFile(filesPage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(filesPage)
	if err != nil || string(got) != want {
		t.Errorf("%s is not what the states say (%v): go test ./internal/units -run TestFilesPage -update", filesPage, err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| `(~/[^`]+)` \\| (\\d{4}|kept) \\|").FindAllStringSubmatch(string(readme), -1)
	for _, row := range rows {
		dir, names, several := strings.Cut(strings.TrimSuffix(row[1], "}"), "{")
		for name := range strings.SplitSeq(names, ",") {
			path := strings.ReplaceAll(strings.TrimSuffix(dir+name, "/"), "*", "VERSION")
			if !strings.Contains(want, "| `"+path+"` | "+row[2]+" |") || several && name == "" {
				t.Errorf("README.md has %s with mode %s, and %s has not", path, row[2], filesPage)
			}
		}
	}
	if len(rows) < 9 {
		t.Errorf("README.md has only %d files", len(rows))
	}
}

// Two apps, so that a further one's names are there.
const twoApps = fourLines + `
app "work" {
  app_id          = 2
  installation_id = 3
  private_key     = "~/keys/work.pem"
  next_key        = "~/keys/next.pem"
}
`

func pageOfFiles(t *testing.T) string {
	t.Helper()
	s, err := spec.Parse("x.hcl", []byte(twoApps), spec.Inputs{Home: pageHome})
	if err != nil {
		t.Fatal(err)
	}
	state, err := Desired(s, Site{Home: pageHome, UID: 1000, Executable: filepath.Join(pageHome, "build/ghauth-provision"),
		Edit:      func(_, table []byte) ([]byte, error) { return table, nil },
		GitConfig: filepath.Join(pageHome, ".gitconfig"),
		Wheel:     func(string, []string) (string, []byte, error) { return "takopi_ghauth-VERSION.whl", nil, nil }})
	if err != nil {
		t.Fatal(err)
	}
	as, err := spec.Parse("x.hcl", []byte(fourLines+"broker {\n  client \"takopi\" {}\n}\n"), spec.Inputs{Home: "/r"})
	if err != nil {
		t.Fatal(err)
	}
	broker, err := Broker(AsBroker(as), "/r/ghauth-provision", map[string]uint32{"takopi": 1000})
	if err != nil {
		t.Fatal(err)
	}
	return `# Files

<!-- Made from the states that apply leads to by: go test ./internal/units -run TestFilesPage -update -->

All that ` + "`apply`" + ` makes, and all that comes to be because of it. What is its is recorded in [the manifest](manifest.md), and ` + "`destroy`" + ` takes it away. What stood
there before is kept in ` + "`backup`" + ` beside the manifest, and comes back; a directory that was there stays. ` + "`paths`, `gh` and `takopi`" + ` in [the spec](spec.md) name other places.
A ` + "`github-app.env`" + ` has the ids and all else that a mint needs, a ` + "`github-token.env`" + ` the token; both can be read by ` + "`EnvironmentFile=`" + ` and by a shell.

## A user's, for two apps, takopi and work

` + tableOfFiles(state) + `
The binary of a package, in ` + "`/usr/bin`" + `, is not copied: what is here names it. Without gh, git's helper or Takopi in the spec their files are left alone.

## Root's, for a broker

` + tableOfFiles(broker)
}

// Who makes a file.
const (
	byEdit   = "apply: the lines that are ours; every other byte stays"
	byOthers = "gh or systemd, because of us"
)

// tableOfFiles has a row for each file of a state, in its order.
func tableOfFiles(s plan.State) string {
	var b strings.Builder
	b.WriteString("| path | mode | what | made by |\n|---|---|---|---|\n")
	row := func(path string, mode fs.FileMode, what, by string) {
		bits := fmt.Sprintf("%04o", mode)
		switch by {
		case byOthers:
			bits = "theirs"
		case byEdit:
			bits = "kept"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", strings.Replace(path, pageHome, "~", 1), bits, what, by)
	}
	row(s.Manifest, 0o600, "what apply made", "apply")
	for _, f := range s.Files {
		by, mode, what := "apply", f.Mode, f.Label
		switch {
		case f.Kind == plan.Directory:
			mode, what = cmp.Or(mode, f.NewMode), cmp.Or(what, "a directory")
		case f.Edit != nil: // its mode is set where it is new alone
			by = byEdit
		case f.Kind == plan.Minted && strings.HasPrefix(f.Path, filepath.Dir(s.Manifest)):
			by, mode = "a run, where there is need", 0o600
		case f.Kind == plan.Minted:
			by = byOthers
		case f.Seal != "":
			by = "apply, by systemd-creds"
		case f.From != "":
			by = "apply: a copy"
		}
		row(f.Path, mode, what, by)
	}
	return b.String()
}
