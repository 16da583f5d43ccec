package plan

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

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
	var dirs []atomicfile.Dir
	file := ""
	for _, a := range actions {
		real, err := a.unmoved(root)
		if err != nil {
			return err
		}
		if a.Op == Mkdir {
			dirs = append(dirs, atomicfile.Dir{Path: real, Mode: a.After.Mode})
		}
		file = real
	}
	manifest := actions[len(actions)-1].After
	err := atomicfile.Found(dirs, file, manifest.Content, manifest.Mode)
	if errors.Is(err, fs.ErrExist) {
		return &MovedError{actions[0].Target}
	}
	return err
}

func (a Action) apply(ctx context.Context, h Host) error {
	switch a.Op {
	case Mkdir, Create, Change, Chmod, Remove:
		real, err := a.unmoved(h.Root)
		if err != nil {
			return err
		}
		return a.applyFile(ctx, h, real)
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

// unmoved looks once more at what the action is about to replace, and gives where
// that is. To remove a link is never to remove what it leads to.
func (a Action) unmoved(root Root) (real string, err error) {
	if a.After.minted {
		return root.Real(a.Target, false) // it comes, changes and goes by itself
	}
	now, err := observeFile(root, a.After, a.After.followed())
	if err != nil {
		return "", err
	}
	was := a.Before
	if a.Op == Remove && was.Kind == Directory && now.Kind == Absent {
		return now.real, nil // as systemctl disable removes the one of its links
	}
	if now.Kind != was.Kind || now.Hash != was.Hash || now.Mode != was.Mode ||
		was.Kind != Absent && now.real != was.real {
		return "", &MovedError{a.Target}
	}
	if a.Op == Remove {
		return root.Real(a.Target, false)
	}
	return now.real, nil
}

func (a Action) applyFile(ctx context.Context, h Host, path string) error {
	switch a.Op {
	case Mkdir:
		return atomicfile.Mkdir(path, a.After.Mode)
	case Chmod:
		return atomicfile.Chmod(path, a.After.Mode)
	case Remove:
		if a.to != "" {
			return move(h.Root, path, a.to)
		}
		err := atomicfile.Remove(path)
		if a.Before.Kind == Directory && errors.Is(err, unix.ENOTEMPTY) {
			return nil // what came up in it since is not ours
		}
		return err
	}
	if a.After.Kind == Link {
		return atomicfile.Symlink(a.After.Target, path)
	}
	content, err := a.content(ctx, h)
	if err != nil {
		return err
	}
	return atomicfile.Write(path, content, a.After.Mode)
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
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "copy", Path: path, Err: fs.ErrInvalid}
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if Hash(content) != hash {
		return nil, &MovedError{path}
	}
	return content, nil
}
