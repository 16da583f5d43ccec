package githubtest

import (
	"net/http"
	"strings"
)

// The endpoints of this file are those of https://docs.github.com/en/rest/apps/apps
// and https://docs.github.com/en/rest/apps/installations.

func (s *Server) getApp(c *call, app *App) (reply, error) {
	n := 0
	for _, i := range s.installations {
		if i.AppID == app.ID {
			n++
		}
	}
	return answer(http.StatusOK, c.integration(app, n)), nil
}

func (s *Server) listInstallations(c *call, app *App) (reply, error) {
	all := []object{}
	for _, id := range sortedIDs(s.installations) {
		if i := s.installations[id]; i.AppID == app.ID {
			o := c.installation(app, i)
			o["account"] = c.listedAccount(i)
			all = append(all, o)
		}
	}
	lo, hi, link := c.page(len(all))
	a := answer(http.StatusOK, all[lo:hi])
	if link != "" {
		a.header.Set("Link", link)
	}
	return a, nil
}

func (s *Server) getInstallation(c *call, app *App) (reply, error) {
	i, err := s.ownInstallation(c, app)
	if err != nil {
		return reply{}, err
	}
	return answer(http.StatusOK, c.installation(app, i)), nil
}

func (s *Server) orgInstallation(c *call, app *App) (reply, error) {
	return s.lookUp(c, app, func(i *Installation) bool {
		return !i.User && strings.EqualFold(i.Owner, c.PathValue("org"))
	})
}

// userInstallation finds organizations, too: to GitHub they are users here.
func (s *Server) userInstallation(c *call, app *App) (reply, error) {
	return s.lookUp(c, app, func(i *Installation) bool {
		return strings.EqualFold(i.Owner, c.PathValue("username"))
	})
}

func (s *Server) repoInstallation(c *call, app *App) (reply, error) {
	name := c.PathValue("owner") + "/" + c.PathValue("repo")
	if to, ok := s.renamed[strings.ToLower(name)]; ok {
		a := refusal{http.StatusMovedPermanently, "Moved Permanently"}.reply()
		a.header.Set("Location", c.api+"/repos/"+to+"/installation")
		return a, nil
	}
	return s.lookUp(c, app, func(i *Installation) bool {
		return i.repository(func(r string) bool { return strings.EqualFold(r, name) }) != ""
	})
}

func (s *Server) lookUp(c *call, app *App, fits func(*Installation) bool) (reply, error) {
	i := s.findInstallation(app, fits)
	if i == nil {
		return reply{}, errNotFound
	}
	return answer(http.StatusOK, c.installation(app, i)), nil
}

func (s *Server) listRepositories(c *call, h holder) (reply, error) {
	names := h.token.Repositories
	lo, hi, link := c.page(len(names))
	a := answer(http.StatusOK, object{
		"total_count":          len(names),
		"repository_selection": h.token.Selection,
		"repositories":         c.repositories(h.installation, names[lo:hi]),
	})
	if link != "" {
		a.header.Set("Link", link)
	}
	return a, nil
}

func (s *Server) revoke(_ *call, h holder) (reply, error) {
	h.token.Revoked = true
	return reply{status: http.StatusNoContent, header: http.Header{}}, nil
}
