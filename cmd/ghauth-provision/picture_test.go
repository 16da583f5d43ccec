package main

import (
	"flag"
	"os"
	"slices"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/testtakopi"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write the pages and pictures of docs anew")

// TestPicture holds the picture of the chat to what the story chat has heard a real
// Takopi say: the story compares that with its file docs-chat.
func TestPicture(t *testing.T) {
	story, err := txtar.ParseFile("testdata/takopi/chat.txtar")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(story.Files, func(f txtar.File) bool { return f.Name == "docs-chat" })
	want := testtakopi.Picture("A chat with Takopi: /ghauth status, refresh, and a refresh that is refused", string(story.Files[i].Data))
	const picture = "../../docs/chat.svg"
	if *update {
		if err := os.WriteFile(picture, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(picture)
	if err != nil || string(got) != want {
		t.Errorf("%s is not as the story has it (%v): go test -run TestPicture -update", picture, err)
	}
}
