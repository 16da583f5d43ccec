package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/signer"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
)

// vaultVariable holds, for one apply, the token of somebody who may import keys into
// Vault. It is the operator's: nothing stores it, and no program that apply runs sees it.
const vaultVariable = "VAULT_TOKEN"

// takeVaultToken takes it out of the environment.
func (w *world) takeVaultToken() {
	w.vaultToken = mint.Secret(w.getenv(vaultVariable))
	w.env = slices.DeleteFunc(slices.Clone(w.env), func(v string) bool { return strings.HasPrefix(v, vaultVariable+"=") })
}

// imports gives the left key files whose keys Vault is to have: of apps whose key is
// there by the spec, and by which no token has come from there yet. What two would
// bring to one name, one does: of a key and a next key the one that is in use.
func (w *world) imports(s *spec.Spec) (imports []plan.KeyImport) {
	for _, key := range w.leftKeys(s) {
		vault := vaultOf(s, key.app)
		token := w.liveToken(s, key.app)
		if _, proved := key.by(token); vault == nil || proved {
			continue
		}
		k := plan.KeyImport{App: key.app, Target: targetIn(*vault), Store: storeOf(*vault), From: key.path, Hash: key.hash}
		same := func(other plan.KeyImport) bool { return other.Target == k.Target && other.Store == k.Store }
		switch at := slices.IndexFunc(imports, same); {
		case at < 0:
			imports = append(imports, k)
		case token.Key == key.fingerprint:
			imports[at] = k
		}
	}
	return imports
}

// vaultOf gives where an app's key is by the spec, if that is Vault.
func vaultOf(s *spec.Spec, app string) *keysource.Vault {
	at := slices.IndexFunc(s.Apps, func(a spec.App) bool { return a.Name == app })
	return s.Apps[at].Signer.Vault
}

// targetIn names a key in Vault.
func targetIn(v keysource.Vault) string { return v.Mount + "/keys/" + v.Key }

// storeOf names a Vault for people.
func storeOf(v keysource.Vault) string {
	if v.Namespace != "" {
		return "the Vault at " + v.Address + ", namespace " + v.Namespace
	}
	return "the Vault at " + v.Address
}

// vaultStore is Vault, as the apps of a spec know it.
type vaultStore struct {
	spec  *spec.Spec
	token mint.Secret
	slow  func(what string, do func()) // says what is going on, where that takes long
}

// Has asks by the host's own login.
func (v vaultStore) Has(ctx context.Context, k plan.KeyImport) (bool, error) {
	return signer.HasKey(ctx, *vaultOf(v.spec, k.App))
}

// Import imports the key that was planned for.
func (v vaultStore) Import(ctx context.Context, k plan.KeyImport) error {
	data, err := mint.ReadKeyFile(k.From)
	if err != nil {
		return err
	}
	if plan.Hash(data) != k.Hash {
		return &plan.MovedError{Path: k.From}
	}
	key, err := mint.ParseKey(data)
	if err == nil {
		v.slow("bringing the key to Vault", func() { err = signer.Import(ctx, *vaultOf(v.spec, k.App), v.token, key) })
	}
	if err != nil {
		return fmt.Errorf("app %s: the key was not imported into Vault, or does not sign there; %s and its tokens stay: %w", k.App, k.From, err)
	}
	return nil
}

// importOf gives the import in a plan that brings an app its key, if there is one: it
// may be another app's, too.
func importOf(p plan.Plan, app spec.App) (k plan.KeyImport, ok bool) {
	vault := app.Signer.Vault
	at := slices.IndexFunc(p.Actions, func(a plan.Action) bool {
		return a.Op == plan.ImportKey && vault != nil && a.Target == targetIn(*vault) && a.Import.Store == storeOf(*vault)
	})
	if at < 0 {
		return k, false
	}
	return p.Actions[at].Import, true
}

// mayImport refuses a plan that imports a key where there is no token to do it with,
// and one that may have to: until Vault has the key, tokens come by the file.
func (w *world) mayImport(j *job, p plan.Plan) error {
	if err := j.observed.Unasked; err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	for _, a := range p.Actions {
		if a.Op == plan.ImportKey && w.vaultToken == "" {
			return &failure{exitBadSetup, fmt.Sprintf("app %s: nothing was changed: %s has no key %s, and there is no token to import it with", a.Import.App, a.Import.Store, a.Import.Target),
				importRemedy(j, a.Import)}
		}
	}
	return nil
}

// importRemedy says what it takes to import a key.
func importRemedy(j *job, k plan.KeyImport) string {
	return fmt.Sprintf("give this one apply, in %s, a token with a policy that has %s; the host's own login needs no more than before", vaultVariable,
		signer.ImportPolicy(*vaultOf(j.spec, k.App)))
}

// importNotes tells what an apply needs for the imports of a plan.
func (w *world) importNotes(j *job, p plan.Plan) (notes []string) {
	for _, a := range p.Actions {
		if a.Op == plan.ImportKey && w.vaultToken == "" {
			notes = append(notes, "to import "+a.Import.Target+": "+importRemedy(j, a.Import))
		}
	}
	return notes
}
