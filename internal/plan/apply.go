package plan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/ghauth-provision/ghauth-provision/internal/atomicfile"
	"golang.org/x/sys/unix"
)

// Apply carries p out in order and stops at the first failure: what was done
// stays, what was there before a failed action stays too, and to plan and apply
// again goes on from there. did is told of each action that is done.
//
// Where there are conflicts, nothing is done, and they are the error, joined. Else
// the error is a *MovedError when a file is no longer as the plan found it, a
// *fs.PathError or *os.LinkError when one cannot be written.
func Apply(ctx context.Context, h Host, p Plan, did func(Action)) error {
	if err := p.Conflicted(); err != nil {
		return err
	}
	if p.Founding > 0 {
		if err := found(h.Root, p.Actions[:p.Founding]); err != nil {
			return err
		}
		for _, a := range p.Actions[:p.Founding] {
			did(a)
		}
	}
	units := p.newUnits()
	for _, a := range p.Actions[p.Founding:] {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("interrupted before: %s %s: %w", a.Op, a.Target, err)
		}
		if a.writesUnit() && h.Verify != nil && units != nil {
			if err := h.Verify(ctx, units); err != nil {
				return err
			}
			units = nil // all of them have been looked at
		}
		if err := a.apply(ctx, h); err != nil {
			return err
		}
		did(a)
	}
	return p.left(h.Root)
}

func (a Action) writesUnit() bool {
	return a.After.Unit != "" && a.After.Kind == Regular && (a.Op == Create || a.Op == Change)
}

// newUnits gives the units that p writes, by name.
func (p Plan) newUnits() map[string][]byte {
	units := map[string][]byte{}
	for _, a := range p.Actions {
		if a.writesUnit() {
			units[a.After.Unit] = a.After.Content
		}
	}
	return units
}

// WritesUnits reports whether p makes or changes units' files.
func (p Plan) WritesUnits() bool { return len(p.newUnits()) > 0 }

// found makes directories and the file in the last of them, all at once.
func found(root Root, actions []Action) error {
	top, err := actions[0].spot(root)
	if err != nil {
		return err
	}
	defer top.Close()
	chain := []atomicfile.Dir{{Name: top.name, Mode: actions[0].After.Mode}}
	for _, a := range actions[1 : len(actions)-1] {
		chain = append(chain, atomicfile.Dir{Name: filepath.Base(a.Target), Mode: a.After.Mode})
	}
	manifest := actions[len(actions)-1]
	err = top.Found(chain, filepath.Base(manifest.Target), manifest.After.Content, manifest.After.Mode)
	if errors.Is(err, fs.ErrExist) {
		return &MovedError{actions[0].Target}
	}
	return err
}

func (a Action) apply(ctx context.Context, h Host) error {
	switch a.Op {
	case Mkdir, Create, Change, Chmod, Remove:
		at, err := a.spot(h.Root)
		if err != nil || at == nil {
			return err
		}
		defer at.Close()
		return a.applyFile(ctx, h, at)
	case ImportKey:
		return h.KeyStore.Import(ctx, a.Import)
	case Revoke:
		return h.Revoke(ctx, a.Target)
	case LogOut:
		return h.LogOut(ctx, a.Target)
	case ClearGH:
		return h.ClearGH(ctx, a.Target)
	case InstallPlugin, UninstallPlugin, RestartTakopi:
		return a.applyPlugin(ctx, h.Plugin)
	case Reload:
		return h.Units.Reload(ctx)
	case Enable:
		return h.Units.Enable(ctx, a.Target)
	case Disable:
		return h.Units.Disable(ctx, a.Target)
	case ResetFailed:
		return h.Units.ResetFailed(ctx, a.Target)
	case Start:
		return h.Units.Start(ctx, a.Target)
	case Restart:
		return h.Units.Restart(ctx, a.Target)
	case Stop:
		return h.Units.Stop(ctx, a.Target)
	case EnableLinger:
		return h.Login.SetLinger(ctx, true)
	case DisableLinger:
		return h.Login.SetLinger(ctx, false)
	}
	return fmt.Errorf("no such operation: %s", a.Op)
}

func (a Action) applyFile(ctx context.Context, h Host, at *spot) error {
	switch a.Op {
	case Mkdir:
		return at.NewDir(at.name, a.After.Mode)
	case Chmod:
		return at.SetMode(at.name, a.After.Mode, at.was)
	case Remove:
		if a.to != nil {
			return a.move(h.Root, at)
		}
		err := at.Delete(at.name)
		if a.Before.Kind == Directory && errors.Is(err, unix.ENOTEMPTY) {
			return nil // what came up in it since is not ours
		}
		return err
	}
	if a.After.Kind == Link {
		return at.NewLink(a.After.Target, at.name)
	}
	content, err := a.content(ctx, h)
	if err != nil {
		return err
	}
	return at.Write(at.name, content, a.After.Mode)
}

// content gives what is to be written.
func (a Action) content(ctx context.Context, h Host) ([]byte, error) {
	if a.After.From == "" {
		return a.After.Content, nil
	}
	from, err := a.After.from(h.Root)
	if err != nil {
		return nil, err
	}
	content, err := copyOf(from, a.After.Hash)
	if err != nil || a.After.Seal == "" {
		return content, err
	}
	return h.Seal(ctx, a.After.Seal, content)
}

// from gives where From is on the host that runs.
func (f File) from(root Root) (string, error) {
	if !f.inside {
		return f.From, nil
	}
	return root.Real(f.From, true)
}

// copyOf reads a key or the binary and insists on the bytes that were planned.
func copyOf(path, hash string) ([]byte, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	if Hash(content) != hash {
		return nil, &MovedError{path}
	}
	return content, nil
}
