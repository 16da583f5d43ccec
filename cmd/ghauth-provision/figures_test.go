package main_test

import (
	"bytes"
	"fmt"
	"os"
)

// figure begins a line that a story prints for people: go test -v shows it at once.
const figure = "figure: "

// figures passes on such lines, without that beginning.
type figures struct{ partial []byte }

func (f *figures) Write(data []byte) (int, error) {
	f.partial = append(f.partial, data...)
	for {
		line, rest, whole := bytes.Cut(f.partial, []byte("\n"))
		if !whole {
			return len(data), nil
		}
		f.partial = rest
		if text, ok := bytes.CutPrefix(line, []byte(figure)); ok {
			fmt.Fprintf(os.Stdout, "%s\n", text)
		}
	}
}

// tellFigure prints a figure of a story.
func tellFigure(format string, args ...any) { fmt.Printf(figure+format+"\n", args...) }
