package broker

import (
	"errors"
	"testing"
	"time"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

func TestAClientOverItsRateIsTold(t *testing.T) {
	b := newBench()
	b.serve(t)
	for range 60 {
		if _, err := b.as(t, 1000, Request{App: "takopi"}); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		_, err := b.as(t, 1000, Request{App: "takopi"})
		e, ok := errors.AsType[*mint.Error](err)
		if !ok || e.Kind != mint.Temporary || e.Reason != "uid 1000 asks more than 60 times a minute" || e.Remedy != "try again in 1s" {
			t.Fatalf("got %#v", err)
		}
	}
	if got := len(b.records); got != 61 {
		t.Errorf("%d records, want one for each token, and one for all refusals", got)
	}
	if _, err := b.as(t, 1001, Request{App: "takopi"}); err != nil {
		t.Errorf("another client is held back: %v", err)
	}
	b.set(func() { b.at = b.at.Add(time.Second) })
	if _, err := b.as(t, 1000, Request{App: "takopi"}); err != nil {
		t.Errorf("a second later: %v", err)
	}
}

// What is refused by the policy counts as well, and strangers fill no journal.
func TestRefusalsAreBounded(t *testing.T) {
	b := newBench()
	b.serve(t)
	for range 100 {
		_, _ = b.as(t, 1000, Request{App: "other"})
		_, _ = b.as(t, 4242, Request{App: "other"})
	}
	if got, want := len(b.records), 60+1+strangersPerMinute; got != want {
		t.Errorf("%d records, want %d", got, want)
	}
}

func TestBucket(t *testing.T) {
	b := newBucket(2, epoch)
	for i, test := range []struct {
		after time.Duration
		wait  time.Duration
		first bool
	}{
		{0, 0, false},
		{0, 0, false},
		{0, 30 * time.Second, true},
		{10 * time.Second, 20 * time.Second, false},
		{5 * time.Second, 20 * time.Second, false}, // the clock was set back
		{30 * time.Second, 0, false},
		{30 * time.Second, 25 * time.Second, true},
		{time.Hour, 0, false}, // and it holds no more than its size
		{time.Hour, 0, false},
		{time.Hour, 30 * time.Second, true},
	} {
		wait, first := b.take(epoch.Add(test.after))
		if wait.Round(time.Millisecond) != test.wait || first != test.first {
			t.Errorf("%d: got %s, %v; want %s, %v", i, wait, first, test.wait, test.first)
		}
	}
}
