package spec

import "testing"

func TestHide(t *testing.T) {
	const src = `
variable "key" { sensitive = true }
variable "id" {
  sensitive = true
  default   = 4711
}
variable "few" {
  sensitive = true
  default   = "ab"
}
variable "scope" {
  sensitive = true
  default   = { issues = "write" }
}
variable "open" { default = "open" }
app "takopi" {
  app_id          = var.id + 1
  installation_id = 2
  private_key     = "~/keys//${upper(var.key)}.pem"
  repositories    = [lower(var.key), var.few, var.open]
  permissions     = merge(var.scope, { (lower(var.key)) = "read" })
}
paths { config_dir = "conf/${var.key}" }
`
	quotes := "variable \"key\" { sensitive = true }\n" + string(app(`"~//${var.key}"`, ""))
	longer := "variable \"key\" { sensitive = true }\n" + string(app(`"${var.key}.pem"`, ""))
	zipped := "variable \"key\" { sensitive = true }\n" + with(`permissions = zipmap(sort([lower(var.key)]), sort(["write"]))`)
	for _, tt := range []struct{ src, key, in, want string }{
		{src, "Secret", "open /home/u/keys/SECRET.pem: no such file", "open (sensitive): no such file"},
		{src, "Secret", "the key is neither at ~/keys/SECRET.pem nor at Secret", "the key is neither at ~/(sensitive) nor at (sensitive)"},
		{src, "Secret", "no access to secret, ab, open", "no access to (sensitive), (sensitive), open"},
		{src, "Secret", "about 4712 and 4711", "about (sensitive) and (sensitive)"},
		{src, "Secret", "cabs", "cabs"},
		{src, "Secret", "issues: write, contents: read", "(sensitive): (sensitive), contents: (sensitive)"},
		{src, "Secret", "/d/conf/Secret/x", "(sensitive)/x"},
		{quotes, `it"s`, `open "/home/u/it\"s": no`, `open "(sensitive)": no`},
		{quotes, `it's`, `rm '/home/u/it'\''s'`, `rm '(sensitive)'`},
		{quotes, `it"`, `open "/home/u/it\""`, `open "(sensitive)"`},
		{longer, "Secret", "open Secret.pem: no", "open (sensitive): no"},
		{zipped, "ISSUES", "issues: write, open: read", "(sensitive): (sensitive), open: read"},
		{minimal, "", "all of it", "all of it"},
	} {
		in := Inputs{Home: "/home/u"}
		if tt.key != "" {
			in.Vars = map[string]string{"key": tt.key}
		}
		s, err := Parse("/d/x.hcl", []byte(tt.src), in)
		if err != nil {
			t.Errorf("%q: %v", tt.key, err)
			continue
		}
		if got := s.Hide(tt.in); got != tt.want {
			t.Errorf("Hide(%s) = %s, want %s", tt.in, got, tt.want)
		}
	}
	if got := (*Spec)(nil).Hide("as it is"); got != "as it is" {
		t.Errorf("without a spec: %q", got)
	}
}
