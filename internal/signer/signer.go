// Package signer opens the key of an App wherever it is, as a crypto.Signer: a
// file, the transit engine of Vault or OpenBao, or a program that speaks for any
// other KMS or HSM. What is signed, and all that follows, is the same for each.
package signer

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"io"

	"github.com/ghauth-provision/ghauth-provision/internal/keysource"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// Open gives the signer for the key at s. Its Public is nil where the source does
// not tell the public half. It signs by PKCS#1 v1.5 with SHA-256 alone, as RS256
// takes it (RFC 7518, section 3.3). ctx bounds what it does for as long as it is
// used, since a crypto.Signer is given none by its callers; a command runs in the
// environment env, without tokens of GitHub's. Errors are of type *mint.Error, from
// Sign too, and hold no secret.
func Open(ctx context.Context, s keysource.Source, env []string) (crypto.Signer, error) {
	switch {
	case len(s.Command) > 0:
		return openCommand(ctx, s, env)
	case s.Vault != nil:
		return openVault(ctx, *s.Vault)
	case s.Broker != "":
		return nil, fault(mint.BadSetup, "ask it for a token: ghauth-provision mint", "%s signs for nobody", s)
	}
	key, err := mint.ReadKey(s.File)
	if err != nil {
		return nil, err // and no signer that is a nil key
	}
	return key, nil
}

// Public gives the public half of the key at s as far as this host has it, without
// a look at the network and without a run of the command: nil of a key in Vault or at
// a broker, and of a command without public_key.
func Public(s keysource.Source) (crypto.PublicKey, error) {
	switch {
	case s.Vault != nil || s.Broker != "" || len(s.Command) > 0 && s.PublicKey == "":
		return nil, nil
	case s.PublicKey != "":
		public, err := readPublic(s.PublicKey)
		if err != nil {
			return nil, err // and no interface that holds nil
		}
		return public, nil
	}
	key, err := mint.ReadKey(s.File)
	if err != nil {
		return nil, err
	}
	return &key.PublicKey, nil
}

// A remote is a key that others keep.
type remote struct {
	public     *rsa.PublicKey // nil: not known
	source     keysource.Source
	exportable bool
	ask        func(digest []byte) (signature []byte, err error)
}

// Exportable reports whether the source of a signer that Open has given says that
// it gives the key itself to whoever may ask for it.
func Exportable(s crypto.Signer) bool {
	r, ok := s.(remote)
	return ok && r.exportable
}

func (r remote) Public() crypto.PublicKey {
	if r.public == nil {
		return nil // rather than an interface that holds nil
	}
	return r.public
}

// Sign asks for a signature, and looks at it before anybody else does: GitHub would
// say no more of a wrong one than that the key is not known.
func (r remote) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if _, pss := opts.(*rsa.PSSOptions); pss || opts.HashFunc() != crypto.SHA256 || len(digest) != sha256.Size {
		return nil, fault(mint.InvalidKey, "report this", "only SHA-256 digests are signed, by PKCS#1 v1.5")
	}
	signature, err := r.ask(digest)
	if err != nil {
		return nil, err
	}
	return signature, r.verify(digest, signature)
}

func (r remote) verify(digest, signature []byte) error {
	const shortest, longest = 2048 / 8, 16384 / 8 // bytes, of the keys that there are
	switch n := len(signature); {
	case r.public == nil && n >= shortest && n <= longest && n%8 == 0:
		return nil
	case r.public == nil || n != r.public.Size():
		return fault(mint.BadSetup, "let it give the raw signature, without base64, hex or a line end",
			"%s: what came has %d bytes, which is no raw signature by an RSA key", r.source, n)
	}
	if rsa.VerifyPKCS1v15(r.public, crypto.SHA256, digest, signature) != nil {
		return fault(mint.BadSetup, "check that the public key is the signing key's, and that it signs the digest as it is, by PKCS#1 v1.5 with SHA-256",
			"%s: the signature is not by the key %s", r.source, mint.Fingerprint(r.public))
	}
	return nil
}
