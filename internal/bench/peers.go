package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// insideMint measures ways to get one token, and then tokens of many apps.
func insideMint(ctx context.Context, counts []int, runs int) error {
	b := &bench{ctx: ctx, home: os.Getenv("HOME")}
	stop, err := b.prepare()
	if err != nil {
		return err
	}
	defer stop()
	if err := b.peers(runs); err != nil {
		return err
	}
	return b.fleets(counts, runs)
}

// peers measures ways to get one token.
func (b *bench) peers(runs int) error {
	if _, err := b.time(program, "apply"); err != nil {
		return err
	}
	rows := []*row{
		{name: "one bare curl POST, its JWT made before", argv: b.post(1)},
		{name: "a bare Go program: sign, post, print", argv: []string{"bare"}},
		{name: "`mint --output token`, nothing provisioned", argv: []string{program, "mint", "--config-dir", b.home + "/none", "--output", "token",
			"--app-id", fmt.Sprint(appID), "--installation-id", fmt.Sprint(installationID), "--private-key", b.home + "/takopi.pem", "--api-url", b.url}},
		{name: "`mint --force`, provisioned", argv: []string{program, "mint", "--force"}},
		{name: "the shell script (curl, jq, openssl)", argv: []string{"bash", "refresh.sh"}},
		{name: "Node with @octokit/auth-app", argv: octokit(1)},
	}
	if err := b.measure(rows, runs); err != nil {
		return err
	}
	fmt.Printf("Medians of %d runs each, by turns, on one machine; the ratios are to the bare POST.\n\n", runs)
	fmt.Println("| one token | time | ratio | without the probe | ratio | CPU | peak memory | connections |")
	fmt.Println("|---|---:|---:|---:|---:|---:|---:|---:|")
	post := ms(median(rows[0].wall))
	for _, r := range rows {
		wall, apart := ms(median(r.wall)), ms(median(r.apart()))
		fmt.Printf("| %s | %.1f ms | %.2f | %.1f ms | %.2f | %.1f ms | %.1f MB | %d |\n", r.name,
			wall, wall/post, apart, apart/post, ms(median(r.cpu)), float64(r.peak)/1024, r.connections())
	}
	return nil
}

// post is curl with so many bare POSTs, as many at once as mint has.
func (b *bench) post(n int) []string {
	url := fmt.Sprintf("%s/app/installations/%d/access_tokens", b.url, installationID)
	argv := []string{"curl", "-sS", "--fail", "-o", "/dev/null", "-X", "POST", "-H", "Authorization: Bearer " + b.jwt()}
	if n == 1 {
		return append(argv, url)
	}
	return append(argv, "--parallel", "--parallel-max", "8", fmt.Sprintf("%s?[1-%d]", url, n))
}

// octokit mints for so many installations at once.
func octokit(n int) []string {
	return []string{"env", fmt.Sprintf("COUNT=%d", n), "node", filepath.Join(os.Getenv(insideVar), "octokit", "mint.mjs")}
}

// apart gives the times without what the probes took.
func (r *row) apart() (all []time.Duration) {
	for i, wall := range r.wall {
		all = append(all, wall-r.seen[i].probe)
	}
	return all
}

// connections is how many a run opened at most.
func (r *row) connections() (most int) {
	for _, s := range r.seen {
		most = max(most, s.connections)
	}
	return most
}
