package main_test

import (
	"debug/buildinfo"
	"encoding/json"
	"os"
	"testing"
)

// billed: each binary's bill of materials has all that the binary says it is made of, and
// the license of each.
func billed(t *testing.T, dist string) {
	for _, arch := range []string{"amd64", "arm64"} {
		info, err := buildinfo.ReadFile(one(t, dist, "*_linux_"+arch))
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(one(t, dist, "*_linux_"+arch+".cdx.json"))
		type part struct {
			Name, Version string
			Licenses      []struct{ License struct{ ID string } }
		}
		var bill struct {
			BOMFormat  string
			Metadata   struct{ Component part }
			Components []part
		}
		if err == nil {
			err = json.Unmarshal(data, &bill)
		}
		if err != nil || bill.BOMFormat != "CycloneDX" {
			t.Fatalf("%s: %v, %q", arch, err, bill.BOMFormat)
		}
		has, licensed := map[string]string{}, map[string]string{}
		for _, c := range append(bill.Components, bill.Metadata.Component) {
			has[c.Name] = c.Version
			for _, l := range c.Licenses {
				licensed[c.Name] += l.License.ID
			}
			if licensed[c.Name] == "" {
				t.Errorf("%s: %s has no license", arch, c.Name)
			}
		}
		delete(has, info.Main.Path)
		for name, license := range map[string]string{info.Main.Path: "MIT", "std": "BSD-3-Clause", "golang.org/x/sys": "BSD-3-Clause", "github.com/hashicorp/hcl/v2": "MPL-2.0"} {
			if licensed[name] != license {
				t.Errorf("%s: the license of %s is %q, want %s", arch, name, licensed[name], license)
			}
		}
		want := map[string]string{"std": info.GoVersion}
		for _, m := range info.Deps {
			want[m.Path] = m.Version
		}
		for name, version := range want {
			if has[name] != version {
				t.Errorf("%s: %s is %q, want %q", arch, name, has[name], version)
			}
		}
		if len(has) < 15 || len(has) != len(want) {
			t.Errorf("%s: %d components, want %d", arch, len(has), len(want))
		}
	}
}
