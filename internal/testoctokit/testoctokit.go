// Package testoctokit has programs on @octokit/auth-app, JavaScript's library for
// GitHub Apps, by which tests and benchmarks compare this program with a peer. It
// is for tests alone: nothing that ships may import it.
package testoctokit

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

//go:embed package.json package-lock.json *.mjs
var files embed.FS

// Install puts the programs and what they need into the user's cache, where it
// stays, and gives their directory. It takes node and npm, and a network where it
// was not installed before; the versions and the hashes of the packages are
// package-lock.json's.
//
// The programs are run by node, and take an App from the environment: API_URL,
// APP_ID, INSTALLATION_ID, KEY, which names a file, and for mint.mjs perhaps
// REPOSITORIES and PERMISSIONS in JSON, and COUNT.
func Install(ctx context.Context) (dir string, err error) {
	for _, name := range []string{"node", "npm"} {
		if _, err := exec.LookPath(name); err != nil {
			return "", fmt.Errorf("%w: apt-get install nodejs npm", err)
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(cache, "ghauth-provision", "octokit-"+version())
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), "octokit-*.tmp")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	if err := build(ctx, tmp); err != nil {
		return "", err
	}
	// Who is late at the same work finds a directory that is not empty (rename(2)).
	if err := os.Rename(tmp, dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return dir, nil
}

func build(ctx context.Context, dir string) error {
	if err := os.CopyFS(dir, files); err != nil {
		return err
	}
	npm := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci: %w\n%s", err, out)
	}
	return os.Chmod(dir, 0o755)
}

// version tells apart what different states of this directory install.
func version() string {
	h := sha256.New()
	// Reading what is embedded never fails.
	_ = fs.WalkDir(files, ".", func(path string, _ fs.DirEntry, _ error) error {
		data, _ := files.ReadFile(path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(data), data)
		return nil
	})
	return hex.EncodeToString(h.Sum(nil)[:8])
}
