package main

import "fmt"

const (
	maxFleetRuns = 5  // of what takes seconds
	maxScript    = 10 // with how many apps the shell script still ends in reasonable time
)

// fleets measures ways to get the tokens of so many apps, and a tick that finds
// them all fresh.
func (b *bench) fleets(counts []int, runs int) error {
	runs = min(runs, maxFleetRuns)
	fmt.Printf("\nMedians of %d runs each, by turns; the ratios are to that many bare POSTs.\n\n", runs)
	fmt.Println("| apps | all of them due | time | ratio | each app | CPU | peak memory | connections |")
	fmt.Println("|---:|---|---:|---:|---:|---:|---:|---:|")
	for _, n := range counts {
		if err := b.fleet(n, runs); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) fleet(n, runs int) error {
	if err := b.writeSpec(n); err != nil {
		return err
	}
	if _, err := b.time(program, "apply"); err != nil {
		return err
	}
	rows := []*row{
		{name: "bare POSTs by one curl", argv: b.post(n)},
		{name: "`mint --force`", argv: []string{program, "mint", "--force"}},
		{name: "Node with @octokit/auth-app", argv: octokit(n)},
	}
	if n <= maxScript {
		rows = append(rows, &row{name: "the shell script, one by one", argv: []string{"bash", "-c", fmt.Sprintf("for i in {1..%d}; do bash refresh.sh || exit; done", n)}})
	}
	tick := &row{name: "none is due: `mint`", argv: []string{program, "mint"}}
	if err := b.measure(append(rows, tick), runs); err != nil {
		return err
	}
	post := ms(median(rows[0].wall))
	for _, r := range append(rows, tick) {
		wall := ms(median(r.wall))
		ratio, want := fmt.Sprintf("%.2f", wall/post), n
		if r == tick {
			ratio, want = "", 0
		}
		if got := r.seen[0].minted; got != want {
			return fmt.Errorf("%s: %d tokens for %d apps", r.name, got, n)
		}
		fmt.Printf("| %d | %s | %.1f ms | %s | %.2f ms | %.1f ms | %.1f MB | %d |\n", n, r.name,
			wall, ratio, wall/float64(n), ms(median(r.cpu)), float64(r.peak)/1024, r.connections())
	}
	return nil
}
