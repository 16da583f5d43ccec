package mint

import (
	"context"
	"net/http"
)

// Revoke kills token at GitHub. One that is dead already is no error. Errors are
// of type *Error. (docs.github.com, "Revoke an installation access token")
func (c *Client) Revoke(ctx context.Context, token Secret) error {
	resp, body, err := c.call(ctx, http.MethodDelete, "/installation/token", token.Reveal())
	switch {
	case err != nil:
		return err
	case resp.StatusCode == http.StatusNoContent, resp.StatusCode == http.StatusUnauthorized:
		return nil
	}
	return refusal(resp, body, Installation{}, c.now())
}
