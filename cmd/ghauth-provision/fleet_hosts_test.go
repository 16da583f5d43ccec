package main_test

import (
	"bytes"
	"context"
	"crypto/rsa"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/githubtest"
	"github.com/ghauth-provision/ghauth-provision/internal/testboot"
	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
	"github.com/ghauth-provision/ghauth-provision/internal/testvault"
	"golang.org/x/sync/errgroup"
)

// A fleet is three hosts, a copy of the playbooks, a Vault and the stand-in for GitHub.
type fleet struct {
	*testing.T
	dir, key string // of the playbooks; the file of ssh's key
	env, ran []string
	github   *githubtest.Server
	vault    *testvault.Server
	operator string // the token of whoever runs the playbooks
	machines map[string]*testboot.Machine
}

func newFleet(t *testing.T) *fleet {
	testboot.Need(t)
	testneed.Program(t, "ssh", "ssh-keygen")
	f := newFleetVault(t, testvault.Start(t, "vault.example.com"))
	f.key = filepath.Join(t.TempDir(), "id")
	f.must(os.Mkdir(filepath.Join(f.dir, "host_vars"), 0o755))
	f.must(exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f.key).Run())
	root, err := testboot.Root(t.Context(), "", "gh", "git", "openssh-server", "python3")
	f.must(err)
	var group errgroup.Group
	for _, name := range []string{"build-1.example.com", "build-2.example.com", "build-3.example.com"} {
		m, err := testboot.Boot(t.Context(), root)
		f.must(err)
		t.Cleanup(m.Stop)
		f.machines[name] = m
		group.Go(func() error { return f.setUp(t.Context(), name, m) })
	}
	f.must(group.Wait())
	return f
}

// newFleetVault gives a fleet without its hosts.
func newFleetVault(t *testing.T, vault *testvault.Server) *fleet {
	testneed.Program(t, "ansible", "ansible-playbook")
	f := &fleet{T: t, dir: t.TempDir(), github: githubtest.New(), vault: vault, machines: map[string]*testboot.Machine{}}
	f.must(os.CopyFS(f.dir, os.DirFS("../../examples/fleet")))
	f.env = f.environment()
	f.setUpVault()
	return f
}

func (f *fleet) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fleet) names() []string { return slices.Sorted(maps.Keys(f.machines)) }

// setUpVault makes the key, which GitHub knows, and a token that may do what
// operator-policy.hcl says, as docs/fleet.md has one do.
func (f *fleet) setUpVault() {
	f.Helper()
	f.must(f.vault.Setup("takopi"))
	public, err := f.vault.Public(1)
	f.must(err)
	f.github.AddApp(githubtest.App{ID: 123456, Slug: "octo-bot", Name: "App", Keys: []*rsa.PublicKey{public}})
	f.github.AddInstallation(githubtest.Installation{ID: 987654, AppID: 123456, Owner: "octo-org", Repositories: []string{"octo-org/hello"}})
	f.forget("sys/auth/approle") // which Setup has enabled
	haveVaultCLI(f.T)
	out := ""
	for _, line := range fleetVault {
		out = f.run(line)
	}
	m := operatorToken.FindStringSubmatch(out)
	if m == nil {
		f.Fatalf("no token: %s", out)
	}
	f.operator = m[1]
	f.env = append(f.env, "VAULT_TOKEN="+f.operator)
}

var operatorToken = regexp.MustCompile(`(?m)^token +(\S+)$`)

// environment is that of ansible, which tells all that it does, for the look for
// secrets.
func (f *fleet) environment() []string {
	f.Helper()
	home := f.TempDir()
	ca, err := f.vault.CAFile(home)
	f.must(err)
	return []string{
		"PATH=" + filepath.Join(tools, "bin") + ":" + os.Getenv("PATH"), "HOME=" + home, "LANG=C.UTF-8",
		"VAULT_ADDR=" + f.vault.Address, "VAULT_TOKEN=" + f.vault.RootToken, "VAULT_CACERT=" + ca,
		"ANSIBLE_VERBOSITY=3", "ANSIBLE_NOCOLOR=1", "ANSIBLE_PIPELINING=1", "ANSIBLE_LOCALHOST_WARNING=0",
		"ANSIBLE_SSH_ARGS=-o ControlMaster=auto -o ControlPersist=10s -o UserKnownHostsFile=" + filepath.Join(f.dir, "known_hosts"),
	}
}

// secrets are what nothing may print.
func (f *fleet) secrets() []string {
	all := []string{f.vault.RootToken}
	if f.operator != "" {
		all = append(all, f.operator)
	}
	for _, token := range f.github.Minted() {
		all = append(all, token.Value)
	}
	for _, name := range f.names() {
		if secret := f.secretID(name); secret != "" {
			all = append(all, secret)
		}
	}
	return all
}

// setUp lets ansible log in to a host by ssh, and the host find GitHub and Vault where
// the spec says that they are.
func (f *fleet) setUp(ctx context.Context, name string, m *testboot.Machine) error {
	var ca []byte
	var vault net.Listener
	if err := m.InNetwork(func() (err error) {
		var stop func()
		if ca, stop, err = f.github.ListenTLS("127.0.0.1:443", "github.com", "api.github.com"); err != nil {
			return err
		}
		f.Cleanup(stop)
		vault, err = net.Listen("tcp", "127.0.0.1:8200")
		return err
	}); err != nil {
		return err
	}
	f.forward(vault, func() (net.Conn, error) { return net.Dial("tcp", strings.TrimPrefix(f.vault.Address, "https://")) })
	ssh, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	f.forward(ssh, func() (c net.Conn, err error) {
		err = m.InNetwork(func() (err error) {
			c, err = net.Dial("tcp", "127.0.0.1:22")
			return err
		})
		return c, err
	})
	public, err := os.ReadFile(f.key + ".pub")
	if err != nil {
		return err
	}
	for _, step := range []struct{ script, input string }{
		{"cat >>/etc/hosts", "127.0.0.1 github.com api.github.com vault.example.com\n"},
		{"cat >>/etc/ssl/certs/ca-certificates.crt", string(ca) + f.vault.CA},
		{"install -D -m 600 -o takopi -g takopi /dev/stdin /home/takopi/.ssh/authorized_keys && chown takopi: /home/takopi/.ssh", string(public)},
	} {
		status, err := m.Run(ctx, testboot.Cmd{Stdin: strings.NewReader(step.input)}, "sh", "-c", step.script)
		if err != nil || status != 0 {
			return fmt.Errorf("%s: status %d, %w", step.script, status, err)
		}
	}
	return f.know(ctx, name, m, ssh.Addr().(*net.TCPAddr).Port)
}

// know tells ansible where a host is, and ssh by which key to know it.
func (f *fleet) know(ctx context.Context, name string, m *testboot.Machine, port int) error {
	var key bytes.Buffer
	if status, err := m.Run(ctx, testboot.Cmd{Stdout: &key}, "cat", "/etc/ssh/ssh_host_ed25519_key.pub"); err != nil || status != 0 {
		return fmt.Errorf("%s has no host key: status %d, %w", name, status, err)
	}
	known, err := os.OpenFile(filepath.Join(f.dir, "known_hosts"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer known.Close()
	if _, err := fmt.Fprintf(known, "[127.0.0.1]:%d %s", port, &key); err != nil {
		return err
	}
	vars := fmt.Sprintf("ansible_host: 127.0.0.1\nansible_port: %d\nansible_ssh_private_key_file: %s\n", port, f.key)
	return os.WriteFile(filepath.Join(f.dir, "host_vars", name+".yml"), []byte(vars), 0o644)
}

// forward carries what comes to l on to where dial leads.
func (f *fleet) forward(l net.Listener, dial func() (net.Conn, error)) {
	f.Cleanup(func() { l.Close() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer in.Close()
				out, err := dial()
				if err != nil {
					return
				}
				defer out.Close()
				go func() {
					io.Copy(out, in)
					out.(*net.TCPConn).CloseWrite()
				}()
				io.Copy(in, out)
			}()
		}
	}()
}
