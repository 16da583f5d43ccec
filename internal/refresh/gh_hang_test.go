package refresh

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"
)

// lockIsFree fails the test unless the lock can be had at once.
func (s *ghSite) lockIsFree() {
	s.Helper()
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	unlock, err := Lock(ctx, s.r.Dir)
	if err != nil {
		s.Error(err)
		return
	}
	unlock()
}

// A gh that hangs has a third of the run's time, and takes its children along.
//
// Fault: gh-fails
func TestGHHangs(t *testing.T) {
	s := newGHSite(t, `trap '' TERM; sleep 1000 & echo $! >$OUT/child; echo $$ >$OUT/gh; wait; sleep 1000`)
	res, took := s.timed(6 * time.Second)
	s.goodToken(res)
	s.fails(res, "gh auth login failed: no answer in time")
	if took < 2*time.Second || took > 5500*time.Millisecond {
		t.Errorf("took %s, want about 2s of the run's 6s", took)
	}
	s.ended("gh")
	s.ended("child")
	s.lockIsFree()
	s.holds(".ghauth.lock", "github-token.env", "github-token.gh")
}

// One that left a child in a session of its own, with its output open, is not
// waited for either.
func TestGHLeavesAChild(t *testing.T) {
	s := newGHSite(t, `setsid sleep 1000 & echo $! >$OUT/child; exit 1`)
	t.Cleanup(func() { s.kill("child") })
	res, took := s.timed(10 * time.Second)
	s.goodToken(res)
	s.fails(res, "gh auth login failed: exit status 1")
	if took > 8*time.Second {
		t.Errorf("took %s, want 2s", took)
	}
	s.lockIsFree()
}

func TestGHSucceedsAndLeavesAChild(t *testing.T) {
	s := newGHSite(t, `cat >$OUT/stdin; setsid sleep 1000 & echo $! >$OUT/child`)
	t.Cleanup(func() { s.kill("child") })
	res, _ := s.timed(10 * time.Second)
	if res.GHErr != nil {
		t.Error(res.GHErr)
	}
	s.told(res.Token.Value)
}

func TestGHIsKilledWithTheRun(t *testing.T) {
	s := newGHSite(t, `trap '' TERM; echo $$ >$OUT/gh; touch $OUT/reached; sleep 1000`)
	ctx, cancel := context.WithCancel(t.Context())
	results := make(chan Result)
	go func() { results <- s.r.Run(ctx, s.apps(), false)[0] }()
	until(t, "gh runs", func() bool { return s.exists("reached") })
	cancel()
	res := <-results
	s.goodToken(res)
	s.fails(res, "gh auth login failed: signal: killed")
	s.ended("gh")
	s.holds(".ghauth.lock", "github-token.env", "github-token.gh") // which says that gh may have it
}

// A run that is killed between token file and gh is finished by the next one, and
// takes gh along: it would write its login whenever it comes to that.
//
// Fault: killed-before-gh
func TestKilledDuringGH(t *testing.T) {
	s := newGHSite(t, `echo $$ >$OUT/gh; touch $OUT/reached; exec sleep 1000`)
	s.write("github-token.gh", "old github.localhost\n")
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), runVar+"="+s.r.Dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.kill("gh") })
	until(t, "gh runs", func() bool { return s.exists("reached") })
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	s.ended("gh")
	s.gh("cat >$OUT/stdin")
	res := s.ok(false)[0]
	if res.Minted || res.GHErr != nil {
		t.Errorf("result = %+v, want the token kept and gh told", res)
	}
	s.told(res.Token.Value)
	s.mints(1)
}

// A run that is forced while another has stored its token and is busy with gh
// waits for that one, and is satisfied by it.
func TestForcedDuringGHMintsOnce(t *testing.T) {
	s := newGHSite(t, `touch $OUT/reached; until test -e $OUT/go; do sleep 0.05; done; cat >$OUT/stdin`)
	s.store("ghs_canary", time.Hour)
	results := make(chan Result)
	run := func() { results <- s.run(true)[0] }
	go run()
	until(t, "gh runs", func() bool { return s.exists("reached") })
	go run()
	until(t, "the second run waits", func() bool { return s.openLocks() == 2 })
	if err := os.WriteFile(s.out+"/go", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	a, b := <-results, <-results
	if a.Err != nil || b.Err != nil || a.Token != b.Token || a.Minted == b.Minted {
		t.Errorf("results %+v and %+v, want one new token that both have", a, b)
	}
	s.mints(1)
}
