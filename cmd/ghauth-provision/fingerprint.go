package main

import (
	"cmp"
	"crypto"

	"github.com/ghauth-provision/ghauth-provision/internal/keycopy"
	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"github.com/ghauth-provision/ghauth-provision/internal/signer"
	"github.com/ghauth-provision/ghauth-provision/internal/spec"
)

// publicOf gives the public half of a key, nil where it cannot be told.
type publicOf func(keysource.Source) (crypto.PublicKey, error)

// A keyStatus tells keys by their fingerprints, as the App's settings page does, as
// far as they can be told without a look at the network.
type keyStatus struct {
	Fingerprint string `json:"fingerprint,omitempty"`
	Source      string `json:"source"`
	Exposure    string `json:"exposure"` // where the key is, and who could read it or sign with it

	// Of next_key.
	Next         string `json:"next_fingerprint,omitempty"`
	NextSource   string `json:"next_source,omitempty"`
	NextExposure string `json:"next_exposure,omitempty"`
	NextInUse    bool   `json:"next_in_use,omitempty"` // so the other can go

	Error string `json:"error,omitempty"`

	goOver string // what makes the next one the only one
}

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
	if app.Key.Broker != "" {
		k.Fingerprint = token.Key // the broker said so
	}
	if !app.NextKey.IsZero() {
		k.Next, k.NextSource, k.NextExposure = tell(app.NextKey)
		k.goOver = "let next_key take the place of private_key or key in the spec"
		if app.NextKey.File != "" {
			k.goOver = "let the spec say: " + w.keyAttr(app.NextKey.File) + ", and no next_key"
		}
	}
	k.NextInUse = k.Next != "" && token.Key == k.Next || token.Signer != "" && token.Signer == app.NextKey.ID()
	return k
}

// admitCopies adds to what told says of keys that Vault or the broker keeps which copies
// a glance finds. told is about apps, in their order.
func (w *world) admitCopies(told []appStatus, apps []refresh.App) {
	for i, app := range apps {
		kept, copies := keycopy.OfApp(keycopy.Glance, w.getenv("HOME"), app, apps, w.now())
		if len(copies) == 0 {
			continue
		}
		exposure := &told[i].Key.Exposure
		if kept.ID() != app.Key.ID() {
			exposure = &told[i].Key.NextExposure
		}
		*exposure += "; but " + keycopy.Told(copies, w.tilde, keycopy.ThisUser)
	}
}

// fingerprintOf names a key for people, by what this host has of it.
func fingerprintOf(s keysource.Source) string {
	pub, err := signer.Public(s)
	if err != nil {
		return "unknown: " + err.Error()
	}
	return cmp.Or(mint.Fingerprint(pub), s.String())
}

// fingerprintIn gives that of the key in a file's bytes, or nothing.
func fingerprintIn(data []byte) string {
	key, err := mint.ParseKey(data)
	if err != nil {
		return ""
	}
	return mint.Fingerprint(&key.PublicKey)
}

// keyAttr is the line of a spec that names the key at path.
func (w *world) keyAttr(path string) string { return "private_key = " + spec.Quote(w.tilde(path)) }
