package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
	"github.com/ghauth-provision/ghauth-provision/internal/refresh"
	"golang.org/x/sys/unix"
)

// What could not be revoked lives; what could not be forgotten is dead all the same.
func TestReportRevoked(t *testing.T) {
	token := refresh.Stored{Token: mint.Token{Value: "ghs_0000000000000000"}}
	for _, tt := range []struct {
		err            error
		reason, remedy string
		status         int
	}{
		{&mint.Error{Kind: mint.Temporary, Reason: "down"}, "was not revoked and lives until", "when GitHub answers", exitTemporary},
		{&refresh.WriteError{Dir: "/d", Err: unix.EROFS}, "is revoked, but still stored: cannot write in /d", "mount that file system", exitNoWrite},
		{&refresh.WriteError{Dir: "/d", Err: unix.EACCES}, "is revoked, but still stored: cannot write in /d", "ls -ld tells who may", exitNoWrite},
	} {
		err := (&world{}).reportRevoked([]refresh.Result{{Token: token, Err: tt.err}}, "when GitHub answers")
		var failed *failure
		if !errors.As(err, &failed) || failed.status != tt.status || !strings.Contains(failed.reason, tt.reason) || !strings.Contains(failed.remedy, tt.remedy) {
			t.Errorf("%v: %+v", tt.err, failed)
		}
	}
}
