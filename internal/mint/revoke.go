package mint

import (
	"context"
	"net/http"
)

// Revoke kills token at GitHub. One that is dead already is no error. Errors are
// of type *Error. (docs.github.com, "Revoke an installation access token")
func (c *Client) Revoke(ctx context.Context, token Secret) error {
	r := request{method: http.MethodDelete, path: "/installation/token", most: maxBody}
	resp, err := c.call(ctx, r, token.Reveal())
	switch {
	case err != nil:
		return err
	case resp.status == http.StatusNoContent, resp.status == http.StatusUnauthorized:
		return nil
	}
	return refusal(resp, Installation{})
}
