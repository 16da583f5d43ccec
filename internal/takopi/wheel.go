package takopi

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ghauth-provision/ghauth-provision/templates"
)

// Distribution is the plugin's name among Python's distributions.
const Distribution = "takopi-ghauth"

// A Wheel is the plugin as pip and uv install it: one module that needs nothing
// but Takopi.
type Wheel struct {
	Name    string // of the file, which tells its version and what it runs on
	Version string // a plugin with another module has another one
	Data    []byte

	module, metadata string
}

// NewWheel makes the wheel of a plugin that runs binary, an absolute path, and
// that brings other distributions along, each as in Requires-Dist. The same
// arguments give the same bytes, by whatever toolchain this was built.
//
// The layout is that of
// https://packaging.python.org/en/latest/specifications/binary-distribution-format/.
func NewWheel(binary string, with ...string) (Wheel, error) {
	if !filepath.IsAbs(binary) || !utf8.ValidString(binary) {
		return Wheel{}, fmt.Errorf("the plugin cannot name %q: it needs an absolute path in UTF-8", binary)
	}
	literal, err := json.Marshal(binary) // whose escapes are Python's, too
	if err != nil {
		return Wheel{}, err
	}
	w := Wheel{module: strings.Replace(templates.Plugin, templates.PluginBinary, string(literal), 1)}
	for _, requirement := range with {
		w.metadata += "Requires-Dist: " + requirement + "\n"
	}
	sum := sha256.Sum256([]byte(w.module + w.metadata))
	w.Version = fmt.Sprintf("1+g%x", sum[:6]) // a letter first: of a number, zeros in front would go
	stem := "takopi_ghauth-" + w.Version
	w.Name = stem + "-py3-none-any.whl"
	w.Data, err = pack(w.members(stem + ".dist-info/"))
	return w, err
}

// A member is one file of a wheel.
type member struct{ name, text string }

func (w Wheel) members(info string) []member {
	all := []member{
		{moduleName, w.module},
		{info + "METADATA", "Metadata-Version: 2.1\nName: " + Distribution + "\nVersion: " + w.Version +
			"\nSummary: /ghauth: GitHub tokens by ghauth-provision\nRequires-Python: >=3.11\n" + w.metadata},
		{info + "WHEEL", "Wheel-Version: 1.0\nGenerator: ghauth-provision\nRoot-Is-Purelib: true\nTag: py3-none-any\n"},
		{info + "entry_points.txt", "[takopi.command_backends]\nghauth = takopi_ghauth:BACKEND\n"},
	}
	record := ""
	for _, m := range all {
		sum := sha256.Sum256([]byte(m.text))
		record += fmt.Sprintf("%s,sha256=%s,%d\n", m.name, base64.RawURLEncoding.EncodeToString(sum[:]), len(m.text))
	}
	return append(all, member{info + "RECORD", record + info + "RECORD,,\n"})
}

// pack makes a zip file without a clock, and without compression, which differs
// from one version of a compressor to the next.
func pack(members []member) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		h := &zip.FileHeader{Name: m.name, Method: zip.Store, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
		h.SetMode(0o644)
		f, err := z.CreateHeader(h)
		if err != nil {
			return nil, err
		}
		if _, err := f.Write([]byte(m.text)); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return b.Bytes(), err
}
