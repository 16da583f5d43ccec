package mint

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const (
	lookTime = 5 * time.Second // how long an error may take to explain
	maxNamed = 10              // how many installations one line names
)

// explain adds to a refusal what GitHub tells on asking: which installations
// there are, or what one grants. It asks once, and where that fails the refusal
// stands as it is.
func (a caller) explain(ctx context.Context, inst Installation, err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	switch {
	case e.status == http.StatusNotFound:
		e.Reason += a.others(ctx)
	case e.status == http.StatusUnprocessableEntity && inst.narrowed():
		if info, err := a.installation(ctx, fmt.Sprintf("/app/installations/%d", inst.ID), inst); err == nil {
			e.Reason += inst.against(info)
		}
	}
	return e
}

// others tells which installations the App has, "" where that is not to be had.
func (a caller) others(ctx context.Context) string {
	p, err := a.page(ctx, 1)
	switch {
	case err != nil:
		return ""
	case len(p.installations) == 0:
		return "; it is not installed anywhere: install it at " + a.installAt(ctx)
	}
	return "; it has " + p.String()
}

// installAt tells where people install the App.
func (a caller) installAt(ctx context.Context) string {
	if info, err := a.info(ctx); err == nil && strings.HasPrefix(info.URL, "https://") {
		return info.URL + "/installations/new"
	}
	return "its settings page, Install App"
}

func (a caller) notFound(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	return fault(Denied, "check the name; an owner of the account has to install the App, and give it the repository", "App %s is not installed on %s%s", a.issuer, name, a.others(ctx))
}

func (a caller) installedNowhere(ctx context.Context) error {
	return fault(Denied, "install it at "+a.installAt(ctx), "App %s is not installed anywhere", a.issuer)
}

// against holds what was asked of an installation against what that grants.
func (i Installation) against(info InstallationInfo) string {
	if less := lacking(scope{Permissions: i.Permissions}, scope{Permissions: info.Permissions}); less != "" {
		return fmt.Sprintf("; %s; %s grants %s", less, info, list(info.Permissions))
	}
	if len(i.Repositories) > 0 {
		return fmt.Sprintf("; repositories asked: %s; %s has access to %s repositories", strings.Join(i.Repositories, ", "), info, info.RepositorySelection)
	}
	return ""
}

// String names the installation in messages: its id and its account.
func (i InstallationInfo) String() string {
	text := fmt.Sprintf("%d", i.ID)
	if i.Account != "" {
		text += " (" + i.Account + ")"
	}
	if i.Suspended {
		text += " suspended"
	}
	return text
}

// String lists the first installations and counts the others.
func (p page) String() string {
	var names []string
	for _, i := range p.installations[:min(maxNamed, len(p.installations))] {
		names = append(names, i.String())
	}
	text := strings.Join(names, ", ")
	if rest := len(p.installations) - len(names); p.more {
		text += fmt.Sprintf(" and more than %d others", rest)
	} else if rest > 0 {
		text += fmt.Sprintf(" and %d others", rest)
	}
	return text
}
