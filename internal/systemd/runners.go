package systemd

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Runner is a service that runs a program.
type Runner struct {
	Unit  string
	Files []string // its EnvironmentFile=, patterns included (systemd.exec(5))
}

// Runners lists the services that run program, by its base name, be it an argument
// of env(1)'s or a shell's. It looks at those that are loaded, and at unit files that
// are called after the program.
func (m *Manager) Runners(ctx context.Context, program string) (all []Runner, err error) {
	loaded, err := m.conn.ListUnitsByPatternsContext(ctx, nil, []string{"*.service"})
	if err != nil {
		return nil, fmt.Errorf("the list of units: %w", err)
	}
	files, err := m.conn.ListUnitFilesByPatternsContext(ctx, nil, []string{"*" + program + "*.service"})
	if err != nil {
		return nil, fmt.Errorf("the list of unit files: %w", err)
	}
	var names []string
	for _, u := range loaded {
		names = append(names, u.Name)
	}
	for _, f := range files {
		if !strings.Contains(f.Path, "@.") { // a template is no unit
			names = append(names, filepath.Base(f.Path))
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		props, err := m.conn.GetUnitTypePropertiesContext(ctx, name, "Service")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if runs(get[[][]any](props, "ExecStart"), program) {
			all = append(all, Runner{name, firsts(get[[][]any](props, "EnvironmentFiles"))})
		}
	}
	return all, nil
}

// runs reports whether one of the commands, each a path, its arguments and more, has
// the program among its words.
func runs(commands [][]any, program string) bool {
	return slices.ContainsFunc(commands, func(command []any) bool {
		if len(command) < 2 {
			return false
		}
		path, _ := command[0].(string)
		argv, _ := command[1].([]string)
		words := strings.Fields(path + " " + strings.Join(argv, " "))
		return slices.ContainsFunc(words, func(word string) bool { return filepath.Base(word) == program && !isDir(word) })
	})
}

// isDir reports whether a word names a directory, as an argument may that is called
// like the program.
func isDir(word string) bool {
	info, err := os.Stat(word)
	return err == nil && filepath.IsAbs(word) && info.IsDir()
}

// firsts gives the first of each.
func firsts(all [][]any) (texts []string) {
	for _, one := range all {
		if len(one) > 0 {
			text, _ := one[0].(string)
			texts = append(texts, text)
		}
	}
	return texts
}
