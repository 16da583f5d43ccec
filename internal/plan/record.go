package plan

import "slices"

// recorded puts the manifest's own actions around those of a plan: before all
// others it says what will be ours, and behind them what is.
func (d *differ) recorded(p Plan, actions, tail []Action) (Plan, error) {
	path := d.desired.Manifest
	if path == "" {
		p.Actions = slices.Concat(actions, tail)
		return p, nil
	}
	have := d.at(path)
	if err := d.mayReplace(have); err != nil {
		return Plan{}, err
	}
	ahead := encode(d.ahead, d.observed.Known.Linger || turns(actions, EnableLinger))
	after := encode(d.after, d.lingerAfter(actions))
	var first, last []Action
	switch {
	case d.removes(path):
		if have.Kind == Absent {
			break // nothing is known, and nothing becomes known
		}
		first, have = writeManifest(have, ahead, "beforehand it says what is to go")
		tail = slices.Clone(tail)
		for i := range tail {
			if tail[i].Target == path {
				tail[i].Before = have
			}
		}
	case len(actions)+len(tail) == 0:
		last, _ = writeManifest(have, after, isOurs)
	default:
		first, have = writeManifest(have, ahead, "beforehand it says what will be ours")
		last, _ = writeManifest(have, after, isOurs)
	}
	p.Actions = slices.Concat(first, actions, tail, last)
	switch {
	case d.removes(path) && have.Kind != Absent:
		p.leave(path)
	case len(first) > 0 && first[0].Op == Create:
		p.found(path)
	}
	return p, nil
}

// lingerAfter reports whether the manifest is to say that we turned linger on.
func (d *differ) lingerAfter(actions []Action) bool {
	return d.desired.Linger == LingerOn && (d.observed.Known.Linger || turns(actions, EnableLinger))
}

func turns(actions []Action, op Op) bool {
	return slices.ContainsFunc(actions, func(a Action) bool { return a.Op == op })
}

// isOurs is why the manifest is written at the end of a plan.
const isOurs = "at the end it says what is ours"

// writeManifest gives the action that writes the manifest, if it takes one, for
// the reason why, and what stands there then.
func writeManifest(have File, content []byte, why string) ([]Action, File) {
	want := File{Path: have.Path, Kind: Regular, Mode: manifestMode, Content: content, Hash: Hash(content), Privacy: Hidden,
		Label: "what apply made", why: why, real: have.real, dir: have.dir}
	op := fileOp(have, want)
	if op == "" {
		return nil, have
	}
	return []Action{fileAction(op, have, want)}, want
}

// found puts the directories that lead to a new manifest in front of it: they
// are made with it, so that there is never one that no record tells of.
func (p *Plan) found(manifest string) {
	founds := func(a Action) bool { return a.Op == Mkdir && within(manifest, a.Target) }
	var dirs, rest []Action
	for _, a := range p.Actions[1:] {
		if founds(a) {
			dirs = append(dirs, a)
		} else {
			rest = append(rest, a)
		}
	}
	if len(dirs) > 0 {
		p.Founding = len(dirs) + 1
		p.Actions = slices.Concat(dirs, p.Actions[:1], rest)
	}
}
