// Command testvault is a Vault server in memory, for tests: its transit engine and
// its AppRole logins are Vault's own. It is a module of its own, so that Vault's
// dependencies stay out of the tool's.
//
// It serves HTTPS at the address that is its first argument, for the names that are
// the others, prints what it takes to use it as one line of JSON, and ends when its
// standard input does.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/vault/builtin/credential/approle"
	"github.com/hashicorp/vault/builtin/logical/transit"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/internalshared/configutil"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical/inmem"
	"github.com/hashicorp/vault/vault"
)

// access is what the tests are told.
type access struct {
	Address   string `json:"address"`
	CA        string `json:"ca"` // in PEM
	RootToken string `json:"root_token"`
	UnsealKey string `json:"unseal_key"` // in hex
}

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve() error {
	core, a, err := start()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		return err
	}
	cert, ca, err := certificate(os.Args[2:])
	if err != nil {
		return err
	}
	a.Address, a.CA = "https://"+listener.Addr().String(), ca
	handler := vaulthttp.Handler.Handler(&vault.HandlerProperties{Core: core, ListenerConfig: &configutil.Listener{}})
	server := &http.Server{Handler: handler, TLSConfig: cert}
	go server.ServeTLS(listener, "", "")
	if err := json.NewEncoder(os.Stdout).Encode(a); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// start gives a core that is initialized and unsealed by one key.
func start() (*vault.Core, access, error) {
	logger := hclog.New(&hclog.LoggerOptions{Level: hclog.Warn, Output: os.Stderr})
	storage, err := inmem.NewInmem(nil, logger)
	if err != nil {
		return nil, access{}, err
	}
	core, err := vault.NewCore(&vault.CoreConfig{
		Physical:           storage,
		Logger:             logger,
		DisableMlock:       true,
		BuiltinRegistry:    registry{},
		LogicalBackends:    map[string]logical.Factory{"transit": transit.Factory},
		CredentialBackends: map[string]logical.Factory{"approle": approle.Factory},
	})
	if err != nil {
		return nil, access{}, err
	}
	one := &vault.SealConfig{SecretShares: 1, SecretThreshold: 1}
	made, err := core.Initialize(context.Background(), &vault.InitParams{BarrierConfig: one, RecoveryConfig: one})
	if err != nil {
		return nil, access{}, err
	}
	if _, err := core.Unseal(made.SecretShares[0]); err != nil {
		return nil, access{}, err
	}
	return core, access{RootToken: made.RootToken, UnsealKey: fmt.Sprintf("%x", made.SecretShares[0])}, nil
}
