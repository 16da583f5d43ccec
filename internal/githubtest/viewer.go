package githubtest

import (
	"encoding/json"
	"net/http"
	"strings"
)

// user refuses: an installation is no user
// (https://docs.github.com/en/rest/users/users#get-the-authenticated-user).
func user(*call, holder) (reply, error) {
	return reply{}, refusal{http.StatusForbidden, "Resource not accessible by integration"}
}

// graphql knows one query, by which gh learns whose token it has: the login of
// the viewer (https://docs.github.com/en/graphql/reference/queries#viewer). For an
// installation that is the app's bot.
func (s *Server) graphql(c *call, h holder) (reply, error) {
	var q struct {
		Query string `json:"query"`
	}
	if err := json.Unmarshal(c.sent, &q); err != nil {
		return reply{}, errNotJSON
	}
	if strings.Join(strings.Fields(q.Query[strings.Index(q.Query, "{")+1:]), "") != "viewer{login}}" {
		return answer(http.StatusOK, object{"errors": []object{
			{"type": "undefinedField", "message": "the stand-in answers viewer{login} alone"},
		}}), nil
	}
	return answer(http.StatusOK, object{
		"data": object{"viewer": object{"login": h.app.Slug + "[bot]"}},
	}), nil
}
