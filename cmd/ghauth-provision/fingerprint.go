package main

import (
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
)

// keysOf tells which keys app has, and whether token came by the next one.
func keysOf(app refresh.App, token refresh.Stored) (k keyStatus) {
	var err error
	if k.Fingerprint, err = fingerprint(app.KeyPath); err != nil {
		k.Error = err.Error()
	}
	if app.NextKeyPath != "" {
		if k.Next, err = fingerprint(app.NextKeyPath); err != nil {
			k.Error = err.Error()
		}
	}
	k.NextInUse = k.Next != "" && token.Key == k.Next
	return k
}

// fingerprint gives that of the key at path, as GitHub shows it.
func fingerprint(path string) (string, error) {
	key, err := mint.ReadKey(path)
	if err != nil {
		return "", err
	}
	return mint.Fingerprint(&key.PublicKey), nil
}

// fingerprintOf is fingerprint for people.
func fingerprintOf(path string) string {
	text, err := fingerprint(path)
	if err != nil {
		return "unknown: " + err.Error()
	}
	return text
}
