package refresh

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// losesNothing has a run fail with an error of a kind, which is the exit status, and
// holds it to the invariant of docs/faults.md: the token before, and all that is in the
// directory, stay as they were, to the byte and the mode; nothing new comes but the lock;
// and the error says what to do, and shows no secret.
func (s *site) losesNothing(want mint.Kind, run func() Result) Result {
	s.Helper()
	token, state, _ := s.apps()[0].Stored(now)
	if state != Due {
		s.Fatalf("the token before is %s, not one that lives and is due", state)
	}
	before := s.picture()
	res := run()
	if after := s.picture(); !maps.Equal(before, after) {
		s.Errorf("the directory held\n%v\nand holds\n%v", before, after)
	}
	failed, ok := errors.AsType[*mint.Error](res.Err)
	if !ok || failed.Kind != want || failed.Remedy == "" {
		s.Fatalf("%v, want an error of kind %d that says what to do", res.Err, want)
	}
	if res.Minted || res.Token != token {
		s.Errorf("result = %+v, want the old token", res)
	}
	_, pem := githubtest.Key(0)
	secrets := []string{token.Value.Reveal(), strings.Split(string(pem), "\n")[3], answeredToken}
	for _, t := range s.github.Minted() {
		secrets = append(secrets, t.Value)
	}
	for _, secret := range secrets {
		if strings.Contains(res.Err.Error()+failed.Remedy, secret[len(secret)/2:]) {
			s.Errorf("the error shows a secret: %v", res.Err)
		}
	}
	return res
}

// picture tells of all in the directory what it is, but for the lock.
func (s *site) picture() map[string]string {
	s.Helper()
	seen := map[string]string{}
	err := filepath.WalkDir(s.r.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() == ".ghauth.lock" {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		seen[d.Name()] = info.Mode().String()
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(path)
			seen[d.Name()] += " " + string(data)
			return err
		}
		return nil
	})
	if err != nil {
		s.Fatal(err)
	}
	return seen
}
