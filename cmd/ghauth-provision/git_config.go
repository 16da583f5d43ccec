package main

import (
	"maps"
	"path/filepath"
	"slices"

	"github.com/ghauth-provision/ghauth-provision/internal/gitconfig"
	"github.com/ghauth-provision/ghauth-provision/internal/takopi"
)

// gitConfig gives the file that `git config --global` writes to (git-config(1),
// "FILES"): ~/.gitconfig, or git/config below $XDG_CONFIG_HOME where that alone is
// there. GIT_CONFIG_GLOBAL does not count: units and agents do not have it.
func (w *world) gitConfig(home string) string {
	dir := w.getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) || w.root != "" {
		dir = filepath.Join(home, ".config")
	}
	usual, other := filepath.Join(home, ".gitconfig"), filepath.Join(dir, "git/config")
	if !w.exists(usual) && w.exists(other) {
		return other
	}
	return usual
}

// ownKeys knows the two files in which only some keys are ours: takopi.toml and
// git's configuration. Their keys tell them apart.
type ownKeys struct{}

func (ownKeys) Earlier(src []byte, keys []string) (map[string]string, error) {
	if ofGit(keys) {
		return gitconfig.Earlier(src, keys)
	}
	return takopi.Earlier(src, keys)
}

func (ownKeys) Values(src []byte, keys []string) (map[string]string, error) {
	if ofGit(keys) {
		return gitconfig.Values(src, keys)
	}
	return takopi.Values(src, keys)
}

func (ownKeys) GiveBack(src []byte, earlier map[string]string) ([]byte, error) {
	if ofGit(slices.Collect(maps.Keys(earlier))) {
		return gitconfig.GiveBack(src, earlier)
	}
	return takopi.GiveBack(src, earlier)
}

func ofGit(keys []string) bool { return slices.ContainsFunc(keys, gitconfig.IsKey) }
