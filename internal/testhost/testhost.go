package testhost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// teardownLimit bounds the time a host may take to go after the caller hung up.
// It covers commandGrace and managerStop; past it the host is killed.
const teardownLimit = 20 * time.Second

// Config describes the host and its user. The zero value is ready to use.
type Config struct {
	User string // the user's name; "takopi" if empty
	UID  int    // the user's and the group's number; 61000 if zero
	Home string // the home, made anew below /home; /home/USER if empty

	// Hosts are further names of 127.0.0.1.
	Hosts []string

	// NoManager leaves systemd --user and the journal out.
	NoManager bool

	// Env is added to the command's environment and overrides it.
	Env []string

	// The command's streams, as in [exec.Cmd].
	Stdin  io.Reader `json:"-"`
	Stdout io.Writer `json:"-"`
	Stderr io.Writer `json:"-"`
}

var (
	userName = regexp.MustCompile(`^[a-z_][a-z0-9_-]{0,30}$`)
	hostName = regexp.MustCompile(`^[a-z0-9.-]+$`)
)

// complete fills in the defaults and refuses what passwd(5) cannot hold.
func (c Config) complete() (Config, error) {
	if c.User == "" {
		c.User = "takopi"
	}
	if c.UID == 0 {
		// Neither a system user nor one of systemd's own ranges, so that
		// journald splits the journal for it (systemd.io/UIDS-GIDS).
		c.UID = 61000
	}
	if c.Home == "" {
		c.Home = "/home/" + c.User
	}
	switch {
	case !userName.MatchString(c.User) || c.User == "root" || c.User == "nobody":
		return c, fmt.Errorf("testhost: user name %q", c.User)
	case slices.ContainsFunc(c.Hosts, func(name string) bool { return !hostName.MatchString(name) }):
		return c, fmt.Errorf("testhost: host names %q", c.Hosts)
	case c.UID < 0:
		return c, fmt.Errorf("testhost: UID %d", c.UID)
	case path.Clean(c.Home) != c.Home || !strings.HasPrefix(c.Home, "/home/") ||
		strings.ContainsAny(c.Home, ":\n\x00"):
		return c, fmt.Errorf("testhost: home %q: want a clean path below /home, without a colon", c.Home)
	}
	return c, nil
}

// Run makes the host, runs argv in it as the user, takes everything down and
// returns the command's exit status, 128+N if signal N killed it. The error is
// about the host, or about a command that could not be started.
//
// When ctx is done, the command gets SIGTERM, the host goes, and Run returns
// ctx's error. Runs may go in parallel.
func Run(ctx context.Context, c Config, argv ...string) (status int, err error) {
	if !mainCalled {
		return -1, errors.New("testhost: Run without Main: call testhost.Main first in main or TestMain")
	}
	if len(argv) == 0 {
		return -1, errors.New("testhost: Run without a command")
	}
	if err := ctx.Err(); err != nil {
		return -1, err
	}
	c, err = c.complete()
	if err != nil {
		return -1, err
	}
	cmd, err := keeperCommand(ctx, c, argv)
	if err != nil {
		return -1, err
	}
	return converse(ctx, cmd)
}

// converse runs the keeper and returns the stages' answer.
func converse(ctx context.Context, keeper *exec.Cmd) (status int, err error) {
	ours, theirs, err := socketPair()
	if err != nil {
		return -1, fmt.Errorf("testhost: %w", err)
	}
	defer ours.Close()
	keeper.ExtraFiles = []*os.File{theirs}
	keeper.Cancel = ours.Close
	keeper.WaitDelay = teardownLimit + 5*time.Second
	err = keeper.Start()
	theirs.Close()
	if err != nil {
		return -1, fmt.Errorf("testhost: %w", err)
	}
	waitErr := keeper.Wait()
	if err := ctx.Err(); err != nil {
		return -1, err
	}
	var r result
	// Every holder of the other end is gone, so this cannot block.
	if err := json.NewDecoder(ours).Decode(&r); err != nil {
		return -1, noResult(waitErr)
	}
	if r.Error != "" {
		return -1, &hostError{r}
	}
	return r.Status, nil
}

// noResult says why no stage answered. It may be that systemd-run started none.
func noResult(err error) error {
	if os.Geteuid() != 0 && err != nil {
		return fmt.Errorf("testhost: systemd-run: %w: a user other than root needs a systemd user manager, "+
			"and XDG_RUNTIME_DIR to find it", err)
	}
	return fmt.Errorf("testhost: the host ended without a result (%v)", err)
}

// keeperCommand is the first of the two stages. Only a cgroup whose delegation
// the manager was asked for may be divided (systemd-run(1), Delegate= in
// systemd.resource-control(5)); root needs to ask no one.
func keeperCommand(ctx context.Context, c Config, argv []string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("testhost: %w", err)
	}
	dir, _ := os.Getwd() // without one the command starts in its home
	env, err := request{Stage: keeperStage, Config: c, Argv: argv, Dir: dir}.environ()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self)
	if os.Geteuid() != 0 {
		cmd = exec.CommandContext(ctx, "systemd-run", "--user", "--scope", "--quiet", "--collect",
			"--property=Delegate=yes", "--", self)
	}
	cmd.Env = env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Stdin, c.Stdout, c.Stderr
	return cmd, nil
}
