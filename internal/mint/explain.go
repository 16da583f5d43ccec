package mint

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	lookTime = 5 * time.Second // how long an error may take to explain
	maxNamed = 10              // how many names one line lists
)

// explain adds to a refusal what GitHub tells on asking: which installations
// there are, or what one grants. It asks once, and where that fails the refusal
// stands as it is.
func (a caller) explain(ctx context.Context, inst Installation, err error) error {
	e, ok := errors.AsType[*Error](err)
	switch {
	case !ok:
		return err
	case e.status == http.StatusNotFound:
		return a.elsewhere(ctx, e)
	case e.status == http.StatusUnprocessableEntity && inst.narrowed():
		ctx, cancel := context.WithTimeout(ctx, lookTime)
		defer cancel()
		if info, err := a.installation(ctx, fmt.Sprintf("/app/installations/%d", inst.ID), inst); err == nil {
			e.Reason += inst.against(info)
		}
	}
	return e
}

// elsewhere adds to e, which says that an installation is not there, where the
// App is installed.
func (a caller) elsewhere(ctx context.Context, e *Error) *Error {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	p, err := a.page(ctx, 1)
	switch {
	case err != nil:
	case len(p.installations) == 0:
		e.Reason += "; it is not installed anywhere"
		e.Remedy = "install it at " + a.installAt(ctx)
	default:
		e.Reason += "; it has " + p.String()
	}
	return e
}

// installAt tells where people install the App.
func (a caller) installAt(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	if info, err := a.info(ctx); err == nil && info.URL != "" {
		return info.URL + "/installations/new"
	}
	return "GitHub: the App's settings, Install App"
}

// refusal names the key that signed where the key may be wrong.
func (a caller) refusal(resp response, inst Installation) *Error {
	e := refusal(resp, inst)
	if pub, ok := a.signer.Public().(*rsa.PublicKey); ok && e.Remedy == remedyKey {
		e.Remedy = fmt.Sprintf("%s: %s", remedyKey, Fingerprint(pub))
	}
	return e
}

// against holds what was asked of an installation against what that grants.
func (i Installation) against(info InstallationInfo) string {
	if less := info.Lacks(i.Permissions); less != "" {
		return fmt.Sprintf(": permissions asks for %s, but installation %s grants %s", less, info, scope{Permissions: info.Permissions})
	}
	if len(i.Repositories) > 0 {
		return fmt.Sprintf(": repositories asks for %s, not all of which installation %s has access to (%s repositories)", some(i.Repositories), info, info.RepositorySelection)
	}
	return ""
}

// String names the installation in messages: its id and its account.
func (i InstallationInfo) String() string {
	var about []string
	if i.Account != "" {
		about = append(about, i.Account)
	}
	if i.Suspended {
		about = append(about, "suspended")
	}
	if len(about) == 0 {
		return strconv.FormatInt(i.ID, 10)
	}
	return fmt.Sprintf("%d (%s)", i.ID, strings.Join(about, ", "))
}

// String lists the installations of the page.
func (p page) String() string {
	var names []string
	for _, i := range p.installations {
		names = append(names, i.String())
	}
	text := some(names)
	if p.more {
		text += ", at least"
	}
	return text
}
