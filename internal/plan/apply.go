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
		if err := found(p.Actions[:p.Founding]); err != nil {
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
	return nil
}

func (a Action) writesUnit() bool {
	return a.After.Unit != "" && (a.Op == Create || a.Op == Change)
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
func found(actions []Action) error {
	var dirs []atomicfile.Dir
	for _, a := range actions {
		if err := a.unmoved(); err != nil {
			return err
		}
		if a.Op == Mkdir {
			dirs = append(dirs, atomicfile.Dir{Path: a.Target, Mode: a.After.Mode})
		}
	}
	file := actions[len(actions)-1].After
	err := atomicfile.Found(dirs, file.Path, file.Content, file.Mode)
	if errors.Is(err, fs.ErrExist) {
		return &MovedError{dirs[0].Path}
	}
	return err
}

func (a Action) apply(ctx context.Context, h Host) error {
	switch a.Op {
	case Mkdir, Create, Change, Chmod, Remove:
		if err := a.unmoved(); err != nil {
			return err
		}
		return a.applyFile()
	case Revoke:
		return h.Revoke(ctx, a.Target)
	case LogOut:
		return h.LogOut(ctx, a.Target)
	case ClearGH:
		return h.ClearGH(ctx, a.Target)
	case Reload:
		return h.Units.Reload(ctx)
	case Enable:
		return h.Units.Enable(ctx, a.Target)
	case Disable:
		return h.Units.Disable(ctx, a.Target)
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

// unmoved looks once more at what the action is about to replace.
func (a Action) unmoved() error {
	if a.After.minted {
		return nil // it comes, changes and goes by itself
	}
	now, err := observeFile(a.After, a.After.followed())
	if err != nil {
		return err
	}
	if now.Kind != a.Before.Kind || now.Hash != a.Before.Hash || now.Mode != a.Before.Mode || now.real != a.Before.real {
		return &MovedError{a.Target}
	}
	return nil
}

func (a Action) applyFile() error {
	path := a.Target
	if a.After.real != "" {
		path = a.After.real
	}
	switch a.Op {
	case Mkdir:
		return atomicfile.Mkdir(path, a.After.Mode)
	case Chmod:
		return atomicfile.Chmod(path, a.After.Mode)
	case Remove:
		err := atomicfile.Remove(path)
		if a.Before.Kind == Directory && errors.Is(err, unix.ENOTEMPTY) {
			return nil // what came up in it since is not ours
		}
		return err
	}
	content := a.After.Content
	if a.After.From != "" {
		var err error
		if content, err = copyOf(a.After.From, a.After.Hash); err != nil {
			return err
		}
	}
	return atomicfile.Write(path, content, a.After.Mode)
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
