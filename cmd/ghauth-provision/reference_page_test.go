package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestStatusesPage holds docs/exit-statuses.md to the program's own list.
func TestStatusesPage(t *testing.T) {
	const page = "../../docs/exit-statuses.md"
	want := statusesPage()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil || string(got) != want {
		t.Errorf("%s is not what the program exits with (%v): go test ./cmd/ghauth-provision -run TestStatusesPage -update", page, err)
	}
}

func statusesPage() string {
	var b strings.Builder
	b.WriteString(`# Exit statuses

<!-- Made from the program's list by: go test ./cmd/ghauth-provision -run TestStatusesPage -update -->

Those from 64 are those of sysexits.h. What happened, and what to do about it, stands on standard error.

| status | meaning |
|---|---|
`)
	for _, s := range statuses {
		fmt.Fprintf(&b, "| %d | %s |\n", s.status, s.meaning)
	}
	worst := strings.Trim(strings.ReplaceAll(fmt.Sprint(worstFirst), " ", ", "), "[]")
	fmt.Fprintf(&b, `
Where several things went wrong, as with several apps, the first of these counts: %s.

`+"`exec`"+` ends as the program that it has become. A unit's last status is in `+"`status`"+`, and the timer tries again after each.
`, worst)
	return b.String()
}
