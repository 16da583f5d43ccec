// Package testvault runs a real Vault for tests: a small server with Vault's own
// transit engine and AppRole logins, which is built from a module of its own, in
// the directory server, through the Go module proxy.
package testvault

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Server is a Vault that runs.
type Server struct {
	Address   string `json:"address"`
	CA        string `json:"ca"` // of its certificate, in PEM
	RootToken string `json:"root_token"`
	UnsealKey string `json:"unseal_key"`

	key   string // of Setup
	http  *http.Client
	stdin io.Closer
	cmd   *exec.Cmd
}

// Start runs a Vault for the time of a test, with a certificate for names, too.
func Start(t testing.TB, names ...string) *Server {
	t.Helper()
	s, err := Run(Build(t), "127.0.0.1:0", names...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// Run runs the server that Build has built, at an address and with a certificate
// for 127.0.0.1 and names.
func Run(program, address string, names ...string) (*Server, error) {
	s := &Server{cmd: exec.Command(program, append([]string{address}, names...)...)}
	s.cmd.Stderr = os.Stderr
	stdin, err := s.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	s.stdin = stdin
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, s)
	}
	if err != nil {
		s.Stop()
		return nil, fmt.Errorf("vault did not start: %w", err)
	}
	s.trust()
	return s, nil
}

func (s *Server) trust() {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(s.CA))
	s.http = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
}

// Stop ends the server, which goes when its standard input ends.
func (s *Server) Stop() {
	s.stdin.Close()
	_ = s.cmd.Wait()
}

// CAFile writes the authority of the server's certificate into dir.
func (s *Server) CAFile(dir string) (path string, err error) {
	path = filepath.Join(dir, "vault-ca.pem")
	return path, os.WriteFile(path, []byte(s.CA), 0o644)
}

// As gives the same server to who has another token than root's.
func (s *Server) As(token string) *Server {
	other := *s
	other.RootToken = token
	return &other
}

// Do makes a request below /v1/ with the token, and gives the answer's JSON.
func (s *Server) Do(method, path string, in any) (out map[string]any, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequest(method, s.Address+"/v1/"+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("X-Vault-Token", s.RootToken)
	resp, err := s.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode/100 != 2 {
		return nil, fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, data)
	}
	if len(data) > 0 {
		err = json.Unmarshal(data, &out)
	}
	return out, err
}
