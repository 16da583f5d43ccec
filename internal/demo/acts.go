package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const program = "ghauth-provision"

func (s *show) apply() error {
	s.say("Apply makes the host as the spec says, and mints a first token:")
	want := 0
	if !s.timer {
		want = 69
	}
	if err := s.do(want, program, "apply"); err != nil || s.host == "" {
		return err
	}
	s.say("gh works with it, without any variable in the environment:")
	return s.do(0, "gh", "api", "--hostname", s.host, "installation/repositories", "--jq", ".repositories[].full_name")
}

// rotate waits until the token file changes: by the timer where there is one.
func (s *show) rotate() error {
	file := filepath.Join(s.home, ".config/takopi/github-token.env")
	before, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if !s.timer {
		s.say("Rotation, by hand:")
		return s.do(0, program, "mint", "--force")
	}
	s.say("Now only the timer is at work: it ticks, and mints when half of the token's life is left.")
	start := time.Now()
	for {
		after, err := os.ReadFile(file)
		switch {
		case err != nil:
			return err
		case !bytes.Equal(before, after):
			fmt.Printf("  after %s the token file holds another token (GitHub has minted %d so far)\n",
				time.Since(start).Round(time.Second), len(s.server.Minted()))
			return s.settle()
		case time.Since(start) > tokenLife:
			return errors.New("the timer did not rotate the token within its life")
		}
		select {
		case <-s.ctx.Done():
			return s.ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// settle waits for the run that wrote the token to end: it logs gh in after that.
func (s *show) settle() error {
	for range 100 {
		if out, _ := s.command("systemctl", "--user", "is-active", "takopi-github-token-refresh.service").Output(); !bytes.HasPrefix(out, []byte("activ")) {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("the refresh service does not end")
}

func (s *show) look() error {
	s.say("Status, for people (and --json for monitoring), and what /ghauth status answers in the chat:")
	if err := s.do(0, program, "status"); err != nil {
		return err
	}
	return s.do(0, program, "plugin", "status")
}

func (s *show) applyAgain() error {
	s.say("A second apply changes nothing:")
	if s.timer {
		return s.do(0, program, "apply")
	}
	return s.do(69, program, "apply")
}

func (s *show) destroy() error {
	s.say("Destroy takes everything away and revokes the token:")
	return s.do(0, program, "destroy", "--purge-key")
}
