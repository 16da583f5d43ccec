package units

import (
	"slices"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
)

// TestTakopiUnit: the unit is Takopi's with and without a plugin that is installed,
// and known for when that goes.
func TestTakopiUnit(t *testing.T) {
	const home = "/home/u"
	wheels := site(home)
	wheels.Wheel = func(string, []string) (string, []byte, error) { return "w.whl", []byte("x"), nil }
	wheels.Environment = "/tools/takopi"
	wheels.Watches = func(src []byte) bool { return string(src) == "watch" }
	for attrs, wheel := range map[string]string{
		`restart_unit = "t.service"`:                   home + "/.config/takopi/w.whl",
		"restart_unit = \"t.service\"\nplugin = false": "",
	} {
		state, err := Desired(parse(t, home, fourLines+"takopi {\n"+attrs+"\n}\n"), wheels)
		if err != nil || state.TakopiUnit != "t.service" || state.Wheel != wheel {
			t.Errorf("%s: %q %q, %v", attrs, state.TakopiUnit, state.Wheel, err)
		}
		at := func(path string) plan.File {
			return state.Files[slices.IndexFunc(state.Files, func(f plan.File) bool { return f.Path == path })]
		}
		if wheel != "" && (at(wheel).Restart != "t.service" || at(wheel).Environment != "/tools/takopi") {
			t.Errorf("the wheel has %q, %q", at(wheel).Restart, at(wheel).Environment)
		}
		if table := at(home + "/.takopi/takopi.toml"); !table.Rereads([]byte("watch")) || table.Rereads(nil) {
			t.Error("whether Takopi watches its configuration is not asked")
		}
	}
}
