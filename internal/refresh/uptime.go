package refresh

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// clockBack is how much a clock may be set back without a token's age being judged
// by anything else.
const clockBack = time.Minute

// An uptime is a time since a boot. Other than the time of day, nobody sets it, and
// suspends count (clock_gettime(2), CLOCK_BOOTTIME). The zero one is not known.
type uptime struct {
	boot  string
	since time.Duration
}

// kernelUptime asks the kernel (random(4), boot_id).
func kernelUptime() uptime {
	var ts unix.Timespec
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil || unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts) != nil {
		return uptime{}
	}
	return uptime{strings.TrimSpace(string(boot)), time.Duration(ts.Nano())}
}

func (a App) sinceBoot() uptime {
	if a.uptime != nil {
		return a.uptime()
	}
	return kernelUptime()
}

// String writes an uptime into a token file, in whole seconds.
func (u uptime) String() string {
	if u.boot == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", u.boot, u.since/time.Second)
}

func parseUptime(text string) (u uptime) {
	boot, seconds, _ := strings.Cut(text, ":")
	n, err := strconv.ParseUint(seconds, 10, 32)
	if err != nil {
		return uptime{}
	}
	return uptime{boot, time.Duration(n) * time.Second}
}

// atLeast makes a token as old as the time since the boot in which it was stored says,
// where the clock of this host, which has been set back since, makes it younger. A clock
// that was set forward makes it older, which is only early.
func (f *tokenFile) atLeast(u uptime, now time.Time) {
	if u.boot == "" || u.boot != f.stored.boot {
		return
	}
	if back := u.since - f.stored.since - now.Sub(f.CreatedAt); back > clockBack {
		f.CreatedAt, f.ExpiresAt = f.CreatedAt.Add(-back), f.ExpiresAt.Add(-back)
	}
}
