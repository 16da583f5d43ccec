package main

import (
	"context"

	"github.com/ghauth-provision/ghauth-provision/internal/atomicfile"
	"github.com/ghauth-provision/ghauth-provision/internal/takopi"
)

// putIn has uv install the wheel, which is written once more before: uv keeps what it has
// unpacked for as long as the file's times are the same, and links the environment's
// files to that. A module that was changed in place is changed there, too.
func (p *takopiPlugin) putIn(ctx context.Context) error {
	wheel, err := takopi.NewWheel(p.binary(), p.j.spec.Takopi.With...)
	if err != nil {
		return err
	}
	if err := atomicfile.Write(p.j.desired.Wheel, wheel.Data, 0o644); err != nil {
		return err
	}
	return p.run(ctx, p.j.desired.Wheel)
}
