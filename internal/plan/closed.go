package plan

// mayBeClosed refuses a file that cannot be read, unless its mode is one that
// apply mends.
func (f File) mayBeClosed() error {
	if f.Mode != 0 || f.Kind == Minted {
		return nil
	}
	return inTheWay(f.Path, "cannot be read: permission denied", "run: chmod u+r "+f.Path)
}

// closed plans for a file of ours that cannot be read: its mode is put right. What
// it holds can be looked at after that, and the next plan does.
func (d *differ) closed(have, want File) error {
	rec, known := d.known[want.Path]
	if !known {
		want.Mode = 0 // it is a stranger's, and so is its mode
	}
	if err := want.mayBeClosed(); err != nil {
		return err
	}
	want.Hash = have.Hash
	d.act(have, want)
	d.record(rec, rec)
	return nil
}
