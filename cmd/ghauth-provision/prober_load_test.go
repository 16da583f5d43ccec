package main_test

import (
	"fmt"
	"maps"
	"net"
	"slices"
	"sync"
	"time"
)

// askBesideIdle asks while n connections of the same user say nothing.
func askBesideIdle(socket string, n int, request string) {
	for i := range n {
		conn, err := net.Dial("unix", socket)
		if err != nil {
			fmt.Printf("connection %d: %v\n", i, err)
			return
		}
		defer conn.Close()
	}
	start := time.Now()
	got := askRaw(socket, request)
	took := time.Since(start)
	fmt.Printf("%s, within a second: %v (%s)\n", got, took < time.Second, took)
}

// askOften asks n times, so many at once, and prints each outcome with how often it was.
func askOften(socket string, atOnce, n int, request string) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	counts := map[string]int{}
	for w := range atOnce {
		wg.Go(func() {
			for i := w; i < n; i += atOnce {
				got := askRaw(socket, request)
				mu.Lock()
				counts[got]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for _, got := range slices.Sorted(maps.Keys(counts)) {
		fmt.Printf("%d times %s\n", counts[got], got)
	}
}
