package signer

import (
	"fmt"

	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

func fault(k mint.Kind, remedy, reason string, args ...any) error {
	return &mint.Error{Kind: k, Reason: fmt.Sprintf(reason, args...), Remedy: remedy}
}

func cause(k mint.Kind, err error, remedy, reason string, args ...any) error {
	return &mint.Error{Kind: k, Reason: fmt.Sprintf(reason, args...), Remedy: remedy, Err: err}
}
