package takopi

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// options are the receipt's options that uv takes on its command line, each with what
// writes it there (`uv tool install --help` of uv 0.13). Others it takes from a file of
// the user's alone, as dependency-metadata; config-settings may hold anything, and are
// not shown to all who look at the processes.
var options = map[string]writer{
	"index": each(index), "index-url": address, "extra-index-url": each(address), "find-links": each(address), "no-index": toggle,
	"index-strategy": text, "keyring-provider": text,

	"resolution": text, "prerelease": text, "prerelease-package": perPackage(text), "fork-strategy": text, "torch-backend": text,
	"exclude-newer": cutoff, "exclude-newer-package": perPackage(cutoff), "no-sources": toggle, "no-sources-package": each(text),

	"link-mode": text, "compile-bytecode": toggle,
	"build-isolation": isolation, "no-build-isolation": toggle, "no-build-isolation-package": each(text), // the latter two until uv 0.8
	"no-build": toggle, "no-build-package": each(text), "no-binary": toggle, "no-binary-package": each(text),
}

// A writer gives the flag of an option with a value, and what belongs to it.
type writer func(option string, value any) ([]string, error)

// optionFlags writes the receipt's options as flags.
func (t tool) optionFlags() (flags []string, err error) {
	have := maps.Clone(t.Options)
	if span, relative := have["exclude-newer-span"]; relative { // the moment beside it is what it came to then
		have["exclude-newer"] = span
		delete(have, "exclude-newer-span")
	}
	for _, option := range slices.Sorted(maps.Keys(have)) {
		write, known := options[option]
		if !known {
			return nil, fmt.Errorf("uv-receipt.toml has the option %s, which cannot be given to uv again on its command line", option)
		}
		more, err := write(option, have[option])
		if err != nil {
			return nil, err
		}
		flags = append(flags, more...)
	}
	return flags, nil
}

func badValue(option string) error {
	return fmt.Errorf("uv-receipt.toml has a value of the option %s that cannot be given to uv again on its command line", option)
}

func toggle(option string, value any) ([]string, error) {
	switch on, ok := value.(bool); {
	case !ok:
		return nil, badValue(option)
	case on:
		return []string{"--" + option}, nil
	}
	return nil, nil
}

func text(option string, value any) ([]string, error) {
	s, ok := value.(string)
	if !ok {
		return nil, badValue(option)
	}
	return []string{"--" + option, s}, nil
}

// address writes what is a URL, or a path.
func address(option string, value any) ([]string, error) {
	words, err := text(option, value)
	if err == nil {
		err = withoutSecret(option, words[1])
	}
	return words, err
}

// cutoff writes a moment: a time, how long ago, or that there is none.
func cutoff(option string, value any) ([]string, error) {
	if table, ok := value.(map[string]any); ok {
		value = table["span"]
	}
	if value == false {
		value = "false"
	}
	return text(option, value)
}

// each writes a list. What uv also has from its own configuration it writes down twice.
func each(write writer) writer {
	return func(option string, value any) (flags []string, err error) {
		list, ok := value.([]any)
		if !ok {
			return nil, badValue(option)
		}
		for i, v := range list {
			if slices.ContainsFunc(list[:i], func(earlier any) bool { return reflect.DeepEqual(earlier, v) }) {
				continue
			}
			more, err := write(option, v)
			if err != nil {
				return nil, err
			}
			flags = append(flags, more...)
		}
		return flags, nil
	}
}

// perPackage writes a table with a value for each of some packages.
func perPackage(write writer) writer {
	return func(option string, value any) (flags []string, err error) {
		table, ok := value.(map[string]any)
		if !ok {
			return nil, badValue(option)
		}
		for _, name := range slices.Sorted(maps.Keys(table)) {
			words, err := write(option, table[name])
			if err != nil {
				return nil, err
			}
			flags = append(flags, words[0], name+"="+words[1])
		}
		return flags, nil
	}
}

// isolation writes from which packages builds are not kept apart: all, or some.
func isolation(option string, value any) ([]string, error) {
	table, _ := value.(map[string]any)
	some, _ := table["shared-package"].([]any)
	switch {
	case value == "isolate":
		return nil, nil
	case value == "shared":
		return []string{"--no-build-isolation"}, nil
	case len(some) > 0:
		return each(text)("no-build-isolation-package", some)
	}
	return nil, badValue(option)
}

// plainIndex is what an index is of which the command line can say all: its address and
// its name. What is not plain stands in a file of the user's; publish-url is for
// uv publish alone.
var plainIndex = map[string]any{"explicit": false, "format": "simple", "authenticate": "auto"}

func index(option string, value any) ([]string, error) {
	table, _ := value.(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(table)) {
		plain, known := plainIndex[key]
		if !known && !slices.Contains([]string{"name", "url", "default", "publish-url"}, key) || known && table[key] != plain {
			return nil, badValue(option + "." + key)
		}
	}
	if table["default"] == true {
		option = "default-index"
	}
	words, err := address(option, table["url"])
	if name, ok := table["name"].(string); ok && err == nil { // by which uv knows its password
		words[1] = name + "=" + words[1]
	}
	return words, err
}
