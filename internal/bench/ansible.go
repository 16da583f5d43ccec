package main

import (
	_ "embed" // for the playbook
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// maxPlaybook is with how many apps the playbook still ends in reasonable time.
const maxPlaybook = 10

var (
	//go:embed playbook.yml
	playbook []byte
	//go:embed app.env.j2
	envTemplate []byte
)

// beside measures a second apply and a second ansible-playbook by turns. The
// playbook sets an empty host up, and apply finds what it would write itself;
// only so do both change nothing afterwards, which is checked.
func (b *bench) beside(counts []int, runs int) error {
	if counts[0] > maxPlaybook {
		return nil
	}
	fmt.Printf("\nMedians of %d runs each, by turns: both change nothing.\n\n", runs)
	fmt.Println("| apps | second `apply` | CPU | peak memory | `ansible-playbook` | CPU | peak memory | time, ratio | CPU, ratio |")
	fmt.Println("|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
	for _, n := range counts {
		if n > maxPlaybook {
			break
		}
		if err := b.besideWith(n, runs); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) besideWith(n, runs int) error {
	if err := b.writePlaybook(n); err != nil {
		return err
	}
	ansible := &row{name: "ansible-playbook", check: unchanged,
		argv: []string{"env", "ANSIBLE_PIPELINING=1", "ANSIBLE_LOCALHOST_WARNING=0", "ansible-playbook", "-i", "localhost,", "-e", "@vars.json", "playbook.yml"}}
	for _, argv := range [][]string{ansible.argv, {program, "apply"}} {
		if _, err := b.time(argv...); err != nil {
			return err
		}
	}
	apply := secondApply()
	if err := b.measure([]*row{apply, ansible}, runs); err != nil {
		return err
	}
	fmt.Printf("| %d |", n)
	for _, r := range []*row{apply, ansible} {
		fmt.Printf(" %.1f ms | %.1f ms | %.1f MB |", ms(median(r.wall)), ms(median(r.cpu)), float64(r.peak)/1024)
	}
	fmt.Printf(" 1 : %.0f | 1 : %.0f |\n", ms(median(ansible.wall))/ms(median(apply.wall)), ms(median(ansible.cpu))/ms(median(apply.cpu)))
	return b.clear()
}

var recap = regexp.MustCompile(`\bok=[1-9]\d* +changed=0 +unreachable=0 +failed=0 `)

// unchanged reads the last line that ansible-playbook prints.
func unchanged(out []byte) error {
	if !recap.Match(out) {
		return errors.New("want changed=0 and nothing failed")
	}
	return nil
}

// writePlaybook has an apply make the texts that both are to install, takes them
// for the playbook and empties the host.
func (b *bench) writePlaybook(apps int) error {
	if err := b.writeSpec(apps); err != nil {
		return err
	}
	if _, err := b.time(program, "apply"); err != nil {
		return err
	}
	const unit = "takopi-github-token-refresh"
	files := map[string][]byte{"playbook.yml": playbook, "app.env.j2": envTemplate, "vars.json": vars(apps)}
	for name, made := range map[string]string{
		"script": ".local/bin/takopi-refresh-github-token", "takopi.toml": ".takopi/takopi.toml",
		unit + ".service": ".config/systemd/user/" + unit + ".service", unit + ".timer": ".config/systemd/user/" + unit + ".timer",
	} {
		data, err := os.ReadFile(filepath.Join(b.home, made))
		if err != nil {
			return err
		}
		files[filepath.Join("made", name)] = data
	}
	if err := os.MkdirAll(filepath.Join(b.home, "made"), 0o700); err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(b.home, name), data, 0o600); err != nil {
			return err
		}
	}
	return b.clear()
}

// vars are what the playbook knows of the apps.
func vars(apps int) []byte {
	type app map[string]string
	all := []app{{"name": appName(0), "suffix": ""}}
	for i := range apps - 1 {
		all = append(all, app{"name": appName(i + 1), "suffix": "-" + appName(i+1)})
	}
	data, err := json.Marshal(map[string]any{"apps": all, "app_id": appID, "installation_id": installationID})
	if err != nil {
		panic(err) // nothing of it can fail
	}
	return data
}

// clear makes the host an empty one again.
func (b *bench) clear() error {
	if _, err := b.time(program, "destroy", "--purge-key"); err != nil {
		return err
	}
	for _, dir := range []string{".config", ".local", ".takopi"} {
		if err := os.RemoveAll(filepath.Join(b.home, dir)); err != nil {
			return err
		}
	}
	return nil
}
