package broker

import (
	"errors"
	"fmt"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// A failure is a *mint.Error on its way through the socket.
type failure struct {
	Kind   string `json:"kind"`
	Reason string `json:"reason"`
	Remedy string `json:"remedy,omitempty"`
}

// kinds are the names of the kinds of error.
var kinds = map[mint.Kind]string{
	mint.Temporary: "temporary", mint.Denied: "denied", mint.InvalidKey: "invalid-key", mint.BadSetup: "bad-setup",
}

// failureOf tells a client what went wrong. What is no *mint.Error stays here: it
// may name what is none of the client's business.
func failureOf(err error) *failure {
	e, ok := errors.AsType[*mint.Error](err)
	if !ok {
		return &failure{kinds[mint.Temporary], "the broker failed", "see: journalctl -u " + Unit}
	}
	return &failure{kinds[e.Kind], clip(e.Error()), clip(e.Remedy)}
}

// maxText bounds a reason and a remedy, in bytes.
const maxText = 2000

func clip(text string) string { return text[:min(maxText, len(text))] }

func (f *failure) err() error {
	for kind, name := range kinds {
		if name == f.Kind {
			return &mint.Error{Kind: kind, Reason: mint.Redact(f.Reason), Remedy: mint.Redact(f.Remedy)}
		}
	}
	return &mint.Error{Kind: mint.BadSetup, Reason: mint.Redact(f.Reason), Remedy: remedyVersions}
}

func fault(k mint.Kind, remedy, reason string, args ...any) error {
	return &mint.Error{Kind: k, Reason: fmt.Sprintf(reason, args...), Remedy: remedy}
}
