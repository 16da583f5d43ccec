package githubtest

import "net/http"

// The endpoints of this file can be called without a credential.

// meta serves https://docs.github.com/en/rest/meta/meta#get-github-meta-information,
// the required part of it.
func meta(*call) reply {
	return answer(http.StatusOK, object{"verifiable_password_authentication": false})
}

// rateLimit serves https://docs.github.com/en/rest/rate-limit/rate-limit.
func rateLimit(c *call) reply {
	limit := object{
		"limit": hourly, "remaining": hourly - 1, "used": 1, "reset": nextHour(c.now).Unix(),
	}
	return answer(http.StatusOK, object{
		"resources": object{"core": limit, "search": limit, "graphql": limit},
		"rate":      limit,
	})
}

// root serves https://docs.github.com/en/rest/meta/meta#github-api-root, a part
// of it. gh asks for it to read X-OAuth-Scopes: the header is absent for
// installation tokens, which have no scopes, and gh takes that as leave
// (https://github.com/cli/cli/blob/v2.23.0/pkg/cmd/auth/shared/oauth_scopes.go).
func root(c *call) reply {
	return answer(http.StatusOK, object{
		"current_user_url":       c.api + "/user",
		"organization_url":       c.api + "/orgs/{org}",
		"rate_limit_url":         c.api + "/rate_limit",
		"repository_url":         c.api + "/repos/{owner}/{repo}",
		"user_organizations_url": c.api + "/user/orgs",
		"user_url":               c.api + "/users/{user}",
	})
}
