package plan

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// KeyImport is a private key in a file that what keeps keys for others is to have.
type KeyImport struct {
	App    string
	Target string // the name that it gets there
	Store  string // where that is, for people
	From   string // the file; it stays
	Hash   string // hex SHA-256 of the file that was looked at: no other one is imported
}

// KeyStore keeps private keys for others, and signs with them; a Vault is one.
type KeyStore interface {
	// Has reports whether there is a key of that name.
	Has(ctx context.Context, k KeyImport) (bool, error)
	// Import brings it there, and gives an error unless it signs there afterwards.
	Import(ctx context.Context, k KeyImport) error
}

// observeImports notes which of the wanted keys are there. Of one that cannot be
// asked for nothing is planned.
func (s *State) observeImports(ctx context.Context, h Host, wanted []KeyImport) {
	for _, k := range wanted {
		has, err := h.KeyStore.Has(ctx, k)
		if err != nil {
			unasked := fmt.Errorf("whether %s has the key %s was not checked: %w", k.Store, k.Target, err)
			s.NotChecked, s.Unasked = append(s.NotChecked, unasked.Error()), errors.Join(s.Unasked, unasked)
		}
		if has || err != nil {
			s.Imports = append(s.Imports, k)
		}
	}
}

// imports gives the actions that import keys. They come before all that changes the
// host: where one fails, the host stays as it was, and signs as it did.
func (d *differ) imports() (actions []Action) {
	for _, k := range d.desired.Imports {
		if !slices.Contains(d.observed.Imports, k) {
			actions = append(actions, Action{Op: ImportKey, Target: k.Target, After: File{App: k.App}, Import: k,
				Reason: fmt.Sprintf("key of app %s, from %s into %s, which has none of this name and will give it to nobody", k.App, k.From, k.Store)})
		}
	}
	return actions
}
