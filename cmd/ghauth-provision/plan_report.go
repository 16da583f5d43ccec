package main

import (
	"encoding/json"
	"io/fs"
	"path/filepath"

	"github.com/ghauth-provision/ghauth-provision/internal/plan"
	"github.com/ghauth-provision/ghauth-provision/internal/takopi"
	"github.com/ghauth-provision/ghauth-provision/internal/units"
)

// planVersion is the version of a plan's JSON. docs/plan.schema.json describes
// it; what is added to it leaves the version as it is.
const planVersion = 1

// A planReport is a plan as it is told: what plan prints for people and as
// JSON, and what plan --out saves. It holds no secret.
type planReport struct {
	Version int            `json:"version"`
	Spec    string         `json:"spec,omitempty"` // absolute path; a destroy needs none
	Destroy bool           `json:"destroy,omitempty"`
	Root    plan.Root      `json:"root,omitempty"` // what lies beneath it is planned for
	Actions []actionReport `json:"actions"`
	Counts  countsReport   `json:"counts"`
	Host    hostReport     `json:"host"`
	Notes   []string       `json:"notes"`

	Conflicts []conflictReport `json:"conflicts"` // while there are any, apply does nothing
	Settled   []conflictReport `json:"settled"`   // by a flag; apply FILE holds to that
	Kept      []string         `json:"kept"`      // differ from the spec, and stay by a --keep

	pluginOut string // why Takopi's plugin, which the spec asks for, cannot be installed
}

type actionReport struct {
	Op     plan.Op     `json:"op"`
	Target string      `json:"target"` // a path, or a unit's name
	Reason string      `json:"reason"`
	Before *fileReport `json:"before,omitempty"` // of files
	After  *fileReport `json:"after,omitempty"`
	Keys   []keyReport `json:"keys,omitempty"` // of takopi.toml: those that change
	Diff   string      `json:"diff,omitempty"` // unified; of a secret only that it changes
}

// keyReport is a key whose value changes; a value that is left out is none.
type keyReport struct {
	Key    string          `json:"key"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

func (k keyReport) String() string {
	return plan.KeyChange{Key: k.Key, Before: string(k.Before), After: string(k.After)}.String()
}

type fileReport struct {
	Kind   plan.Kind `json:"kind"`
	Mode   string    `json:"mode,omitempty"`   // octal, such as 0600
	SHA256 string    `json:"sha256,omitempty"` // of a regular file's content
	Target string    `json:"target,omitempty"` // of a link
}

// countsReport counts the actions by what they do to the host.
type countsReport struct {
	Add    int `json:"add"`
	Change int `json:"change"`
	Remove int `json:"remove"`
	System int `json:"system"` // on systemd, logind and gh
	Kept   int `json:"kept"`   // files that differ and stay: no action
}

func (c countsReport) total() int { return c.Add + c.Change + c.Remove + c.System }

// planReport makes the report of a plan that was just made.
func (w *world) planReport(j *job, p plan.Plan) planReport {
	r := planReport{
		Version: planVersion, Spec: j.specPath, Destroy: j.spec == nil, Root: w.root, Actions: []actionReport{},
		Host: w.hostReport(j, p), Notes: w.notesOf(j, p),
		Conflicts: mapTo(p.Conflicts, conflictOf), Settled: mapTo(p.Settled, conflictOf), Kept: append([]string{}, p.Kept...),
		Counts: countsReport{Kept: len(p.Kept)}, pluginOut: w.pluginOf(j).leftOut(),
	}
	for _, a := range p.Actions {
		r.Actions = append(r.Actions, reportOf(a))
		switch a.Op {
		case plan.Mkdir, plan.Create:
			r.Counts.Add++
		case plan.Change, plan.Chmod:
			r.Counts.Change++
		case plan.Remove:
			r.Counts.Remove++
		default:
			r.Counts.System++
		}
	}
	return r
}

func reportOf(a plan.Action) actionReport {
	r := actionReport{Op: a.Op, Target: a.Target, Reason: a.Reason, Diff: a.Diff()}
	for _, c := range a.Keys {
		r.Keys = append(r.Keys, keyReport{c.Key, json.RawMessage(c.Before), json.RawMessage(c.After)})
	}
	switch a.Op {
	case plan.Mkdir, plan.Create, plan.Change, plan.Chmod, plan.Remove:
		r.Before, r.After = fileOf(a.Before), fileOf(a.After)
	}
	return r
}

func fileOf(f plan.File) *fileReport {
	r := &fileReport{Kind: f.Kind, SHA256: f.Hash, Target: f.Target}
	if f.Kind != plan.Absent && f.Kind != plan.Link {
		r.Mode = octal(f.Mode)
	}
	return r
}

func octal(mode fs.FileMode) string { return plan.Perm(mode).String() }

// differs reports whether apply would have anything to do, or stop.
func (r planReport) differs() bool { return r.Counts.total()+len(r.Conflicts) > 0 }

// notesOf tells what was not checked, and what is the operator's to do.
func (w *world) notesOf(j *job, p plan.Plan) []string {
	notes := append([]string{}, p.Notes...)
	if j.spec == nil {
		for _, err := range j.left {
			notes = append(notes, err.Error()+"; "+remedyOf(err))
		}
		return notes
	}
	if j.system {
		return append(append(append(notes, forgets(p)...), w.brokerNotes(j, p)...), w.strayNotes(j)...)
	}
	notes = append(notes, w.importNotes(j, p)...)
	notes = append(notes, w.otherGH(j.spec)...)
	if w.lockedDown(j.spec) {
		notes = append(notes, "this host is locked down: the timer is left as it is, and no token is minted; to end that: "+program+" resume")
	}
	if p.WritesUnits() && !canVerify() {
		notes = append(notes, unitsNotChecked)
	}
	if w.root != "" {
		binary := units.PathsOf(j.spec, j.executable).Binary
		// The copy of the key stays: it may be for more than one image.
		return append(notes, w.missing(binary, filepath.Dir(binary) == j.spec.Paths.BinDir)...)
	}
	if j.spec.Takopi.Plugin && !w.hasTakopi() {
		if j.done > 0 || !p.Empty() { // else the line that nothing changes says it shortly
			notes = append(notes, "/ghauth is left out: "+w.withoutTakopi()+", or install Takopi (uv tool install takopi) and apply again")
		}
		notes = append(notes, mapTo(w.pluginOf(j).hurdles(takopi.Environment{}), noteOf)...)
	}
	for _, a := range p.Actions {
		notes = append(notes, w.unread(j, p, a)...)
	}
	notes = append(notes, w.proxyNotes(j.host)...)
	for _, key := range units.Keys(j.spec) {
		if note := w.spareKey(key); note != "" {
			notes = append(notes, note)
		}
	}
	return append(notes, w.exposedNotes(j)...)
}

func (w *world) printJSON(v any) error {
	enc := json.NewEncoder(w.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
