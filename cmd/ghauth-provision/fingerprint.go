package main

import (
	"cmp"
	"crypto"

	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/signer"
)

// publicOf gives the public half of a key, nil where it cannot be told.
type publicOf func(keysource.Source) (crypto.PublicKey, error)

// keysOf tells which keys app has, and whether token came by the next one.
func (w *world) keysOf(app refresh.App, token refresh.Stored, public publicOf) (k keyStatus) {
	tell := func(s keysource.Source) (fingerprint, source, exposure string) {
		pub, err := public(s)
		if err != nil {
			k.Error = err.Error()
		}
		return mint.Fingerprint(pub), s.String(), s.Exposure(w.tilde)
	}
	k.Fingerprint, k.Source, k.Exposure = tell(app.Key)
	if !app.NextKey.IsZero() {
		k.Next, k.NextSource, k.NextExposure = tell(app.NextKey)
	}
	k.NextInUse = k.Next != "" && token.Key == k.Next || token.Signer != "" && token.Signer == app.NextKey.ID()
	return k
}

// fingerprintOf names a key for people, by what this host has of it.
func fingerprintOf(s keysource.Source) string {
	pub, err := signer.Public(s)
	if err != nil {
		return "unknown: " + err.Error()
	}
	return cmp.Or(mint.Fingerprint(pub), s.String())
}
