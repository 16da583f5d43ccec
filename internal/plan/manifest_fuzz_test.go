package plan

import (
	"strings"
	"testing"
)

// A manifest is taken or refused as a *ManifestError of one line; what is taken has
// its records in order.
func FuzzParseManifest(f *testing.F) {
	f.Add(encode(map[string]Record{}, false))
	f.Add([]byte(`{"version":1,"records":[{"path":"/b"},{"path":"/a"}]}`))
	f.Add([]byte("{\n\"version\": 99}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseManifest("/m.json", data)
		if err != nil {
			if e, ok := err.(*ManifestError); !ok || e.Line < 0 || e.Line > 1+strings.Count(string(data), "\n") {
				t.Errorf("%#v is no *ManifestError of a line of %q", err, data)
			}
			return
		}
		for i := range m.Records[min(1, len(m.Records)):] {
			if m.Records[i].Path >= m.Records[i+1].Path {
				t.Errorf("%q stands before %q", m.Records[i].Path, m.Records[i+1].Path)
			}
		}
	})
}
