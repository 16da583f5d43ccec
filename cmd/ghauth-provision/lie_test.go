package main_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
)

// What stands in GitHub's place may say what it likes.

// answer says the same to everything.
func answer(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// flood writes a gigabyte, unless its client goes before.
func flood(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	blanks := bytes.Repeat([]byte(" "), 1<<20)
	for range 1 << 10 {
		if _, err := w.Write(blanks); err != nil {
			return
		}
	}
}

// echo repeats the credential that it is sent, which is a secret from then on: of a JWT
// the part in the middle, which no refusal is too short for.
func (c *city) echo(w http.ResponseWriter, r *http.Request) {
	sent := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	parts := strings.Split(sent, ".")
	c.server.Change(func() { c.secrets = append(c.secrets, parts[len(parts)/2]) })
	githubtest.Refuse(http.StatusUnauthorized, "Bad credentials: "+sent)(w, r)
}
