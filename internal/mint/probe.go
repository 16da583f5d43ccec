package mint

import (
	"context"
	"net/http"
)

// Probe asks GitHub once whether token works: its holder's repositories are
// what every installation token may list. owner is the login of the account
// that the first of them belongs to, empty if there is none. Errors are of type
// *Error. (docs.github.com, "List repositories accessible to the app
// installation")
func (c *Client) Probe(ctx context.Context, token Secret) (owner string, err error) {
	resp, err := c.call(ctx, get("/installation/repositories?per_page=1"), token.Reveal())
	switch {
	case err != nil:
		return "", err
	case resp.status == http.StatusUnauthorized:
		return "", fault(Denied, "mint a new one: ghauth-provision mint --force", "GitHub answers 401 %s: the token %s is revoked or expired", message(resp.body), token)
	case resp.status/100 != 2:
		return "", refusal(resp, Installation{})
	}
	var answer struct {
		Repositories []struct {
			Owner account `json:"owner"`
		} `json:"repositories"`
	}
	if err := readJSON(resp, http.StatusOK, &answer); err != nil {
		return "", err
	}
	if len(answer.Repositories) == 0 {
		return "", nil
	}
	return answer.Repositories[0].Owner.name(), nil
}
