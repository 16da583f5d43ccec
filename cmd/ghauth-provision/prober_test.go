package main_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// proberVar has this program, run anew as some user of a machine, look for a key:
//
//	needle PEM     print some bytes of the key, by which it can be found
//	ways NEEDLE    try each way to the key of the broker, and say how each ended
//	search         name the files with a key that this user may read
//	ask SOCKET REQUEST   send a line, and say what came of it, but no token
//	idle SOCKET N REQUEST   ask beside N connections that say nothing, and say how long it took
//	at-once SOCKET N REQUEST   ask N times at once, and count what came of it
//	many SOCKET N REQUEST   ask N times by a few at once, and count what came of it
const proberVar = "GHAUTH_PROBER"

func prober(args []string) int {
	switch args[0] {
	case "needle":
		fmt.Println(needleOf(args[1]))
	case "ways":
		needle, err := hex.DecodeString(args[1])
		if err != nil || len(needle) < 16 {
			fmt.Println("no needle")
			return 1
		}
		waysTo(needle)
	case "search":
		tellFound()
	case "ask":
		fmt.Println(askRaw(args[1], args[2]))
	case "idle":
		askBesideIdle(args[1], number(args[2]), args[3])
	case "at-once":
		askOften(args[1], number(args[2]), number(args[2]), args[3])
	case "many":
		askOften(args[1], 8, number(args[2]), args[3])
	}
	return 0
}

// needleOf gives the low bytes of one of the key's primes, as they lie in the memory
// of a program that has parsed it.
func needleOf(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	block, _ := pem.Decode(data)
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		return err.Error()
	}
	low := key.Primes[0].Bytes()
	slices.Reverse(low)
	return hex.EncodeToString(low[:32])
}

const (
	brokerUnit = "ghauth-provision-broker"
	credential = "/etc/ghauth-provision/takopi.cred"
	backup     = "/opt/backup.cred" // a copy of it that all may read
)

// A way to the key gives what it has found, or why it leads nowhere.
type way struct {
	name string
	try  func(pid string) ([]byte, error)
}

// rootsHome is where root keeps the source of the key.
func rootsHome() string {
	if root, err := user.LookupId("0"); err == nil {
		return root.HomeDir
	}
	return "/"
}

// ways ends with those that stop the broker.
var ways = []way{
	{"file", func(string) ([]byte, error) { return os.ReadFile(filepath.Join(rootsHome(), "keys/takopi.pem")) }},
	{"credential", func(string) ([]byte, error) {
		return os.ReadFile("/run/credentials/" + brokerUnit + ".service/takopi")
	}},
	{"environ", func(pid string) ([]byte, error) { return os.ReadFile("/proc/" + pid + "/environ") }},
	{"mem", memory},
	{"root", func(pid string) ([]byte, error) {
		return os.ReadFile(filepath.Join("/proc", pid, "root", "run/credentials", brokerUnit+".service/takopi"))
	}},
	{"fd", func(pid string) ([]byte, error) { return nil, second(os.ReadDir("/proc/" + pid + "/fd")) }},
	{"ptrace", func(pid string) ([]byte, error) { return nil, seize(number(pid)) }},
	{"blob", func(string) ([]byte, error) { return os.ReadFile(credential) }},
	{"host secret", func(string) ([]byte, error) { return os.ReadFile("/var/lib/systemd/credential.secret") }},
	{"decrypt", func(string) ([]byte, error) {
		return output("systemd-creds", "decrypt", "--name=takopi", credential, "-")
	}},
	{"decrypt a copy", func(string) ([]byte, error) {
		return output("systemd-creds", "decrypt", "--name=takopi", backup, "-")
	}},
	{"edit unit", func(string) ([]byte, error) {
		return nil, unix.Access("/etc/systemd/system/"+brokerUnit+".service", unix.W_OK)
	}},
	{"drop-in", func(string) ([]byte, error) { return nil, unix.Access("/etc/systemd/system", unix.W_OK) }},
	{"policy", func(string) ([]byte, error) { return nil, unix.Access("/etc/ghauth-provision/broker.json", unix.W_OK) }},
	{"binary", func(string) ([]byte, error) { return nil, unix.Access("/usr/local/bin/ghauth-provision", unix.W_OK) }},
	{"socket's place", func(string) ([]byte, error) { return nil, unix.Access("/run/ghauth-provision", unix.W_OK) }},
	{"own unit", func(string) ([]byte, error) {
		return output("systemd-run", "--quiet", "--no-ask-password", "--pipe", "--wait", "-p", "LoadCredentialEncrypted=takopi:"+credential, "sh", "-c", "cat $CREDENTIALS_DIRECTORY/takopi")
	}},
	{"signal", func(pid string) ([]byte, error) { return nil, unix.Kill(number(pid), 0) }},
	{"stop", func(string) ([]byte, error) {
		return output("systemctl", "--no-ask-password", "stop", brokerUnit+".service")
	}},
}

// waysTo says of each way whether it is open, and whether the key was found there.
func waysTo(needle []byte) {
	pid, err := output("systemctl", "show", "-P", "MainPID", brokerUnit+".service")
	if err != nil || number(string(pid)) == 0 {
		fmt.Println("the broker does not run:", string(pid), err)
		return
	}
	for _, w := range ways {
		found, err := w.try(strings.TrimSpace(string(pid)))
		switch {
		case bytes.Contains(found, needle) || bytes.Contains(found, []byte("PRIVATE KEY")):
			fmt.Printf("%s: the key\n", w.name)
		case err == nil:
			fmt.Printf("%s: open\n", w.name)
		default:
			fmt.Printf("%s: shut: %v\n", w.name, err)
		}
	}
	tellFound()
}

func tellFound() {
	for _, path := range search() {
		fmt.Printf("found: %s\n", path)
	}
}

// search looks for a key in all files that this user may read.
func search() (found []string) {
	for _, dir := range []string{"/etc", "/run", "/var", "/tmp", rootsHome(), "/home", "/dev/shm"} {
		_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil
			}
			info, err := d.Info()
			if err != nil || info.Size() > 1<<20 {
				return nil
			}
			if data, err := os.ReadFile(path); err == nil && bytes.Contains(data, []byte("BEGIN RSA PRIVATE KEY")) {
				found = append(found, path)
			}
			return nil
		})
	}
	return found
}

// memory reads what a process may write of its memory, where a key has to be.
func memory(pid string) ([]byte, error) {
	mem, err := os.Open("/proc/" + pid + "/mem")
	if err != nil {
		return nil, err
	}
	defer mem.Close()
	maps, err := os.ReadFile("/proc/" + pid + "/maps")
	var all []byte
	for line := range strings.Lines(string(maps)) {
		var from, to int64
		var mode string
		if n, _ := fmt.Sscanf(line, "%x-%x %s", &from, &to, &mode); n < 3 || !strings.HasPrefix(mode, "rw") || to-from > 256<<20 {
			continue
		}
		part := make([]byte, to-from)
		n, _ := mem.ReadAt(part, from)
		all = append(all, part[:n]...)
	}
	return all, err
}

// seize becomes a process's tracer, as a debugger does, and lets go of it, which it can
// only while the process stands still (ptrace(2)).
func seize(pid int) error {
	runtime.LockOSThread() // which is the tracer
	defer runtime.UnlockOSThread()
	if err := unix.PtraceSeize(pid); err != nil {
		return err
	}
	if err := unix.PtraceInterrupt(pid); err != nil {
		return err
	}
	if _, err := unix.Wait4(pid, nil, unix.WALL, nil); err != nil {
		return err
	}
	return unix.PtraceDetach(pid)
}

func number(text string) int {
	n, _ := strconv.Atoi(strings.TrimSpace(text))
	return n
}

func second[T any](_ T, err error) error { return err }

func output(name string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		err = fmt.Errorf("%w: %s", err, bytes.TrimSpace(e.Stderr))
	}
	return out, err
}

func askRaw(socket, request string) string {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return err.Error()
	}
	defer conn.Close()
	_, _ = conn.Write([]byte(request + "\n")) // who is no client is answered before
	var a struct {
		Token string
		Error struct{ Kind, Reason string }
	}
	if err := json.NewDecoder(conn).Decode(&a); err != nil {
		return err.Error()
	}
	if a.Token != "" {
		return "a token"
	}
	return a.Error.Kind + ": " + a.Error.Reason
}
