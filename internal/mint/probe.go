package mint

import (
	"context"
	"net/http"
)

// Probe asks GitHub once whether token works: its holder's repositories are
// what every installation token may list. Errors are of type *Error.
func (c *Client) Probe(ctx context.Context, token Secret) error {
	resp, body, err := c.call(ctx, http.MethodGet, "/installation/repositories?per_page=1", token.Reveal())
	switch {
	case err != nil:
		return err
	case resp.StatusCode == http.StatusOK:
		return nil
	case resp.StatusCode == http.StatusUnauthorized:
		return fault(Denied, "mint a new one: ghauth-provision mint --force", "GitHub answers 401 %s: the token %s is revoked or expired", message(body), token)
	}
	return refusal(resp, body, Installation{}, c.now())
}
