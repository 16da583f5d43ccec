package githubtest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"sync"
)

// keys are made once a process: each takes a good part of a second.
var keys struct {
	sync.Mutex
	made map[int]*rsa.PrivateKey
}

// Key returns the n-th key of this process, 2048 bits of RSA, and its PEM in
// the PKCS#1 form in which GitHub lets keys be downloaded
// (https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/managing-private-keys-for-github-apps).
// The same n gives the same key.
func Key(n int) (key *rsa.PrivateKey, pkcs1 []byte) {
	keys.Lock()
	defer keys.Unlock()
	key, ok := keys.made[n]
	if !ok {
		var err error
		if key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			panic("githubtest: " + err.Error())
		}
		if keys.made == nil {
			keys.made = make(map[int]*rsa.PrivateKey)
		}
		keys.made[n] = key
	}
	return key, pem.EncodeToMemory(&pem.Block{
		Type:  "RSA PRIVATE KEY",
		Bytes: x509.MarshalPKCS1PrivateKey(key),
	})
}
