package githubtest

import (
	"net/http"
	"net/http/cgi"
	"os/exec"
	"slices"
	"strings"
)

// ServeGit has s serve the bare repositories below root to git, each as
// OWNER/REPO.git: to whom has a token that reaches it, by git's own
// git-http-backend(1), which has to be installed. Fetching takes the permission to
// read contents, and pushing that to write them
// (https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/choosing-permissions-for-a-github-app#choosing-permissions-for-git-access).
func (s *Server) ServeGit(root string) error {
	git, err := exec.LookPath("git")
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gitHome = &cgi.Handler{Path: git, Args: []string{"http-backend"}, Env: []string{
		"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=" + tokenUser, "HOME=" + root,
	}}
	return nil
}

// tokenUser is the name that a token goes with over HTTP
// (https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation#about-authentication-as-a-github-app-installation).
const tokenUser = "x-access-token"

// routeGit registers what git asks for (gitprotocol-http(5)).
func (s *Server) routeGit() {
	for pattern, level := range map[string]string{
		"GET /{owner}/{repo}/info/refs":         "",
		"POST /{owner}/{repo}/git-upload-pack":  "read",
		"POST /{owner}/{repo}/git-receive-pack": "write",
	} {
		s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			level := level
			if level == "" {
				level = map[string]string{"git-upload-pack": "read", "git-receive-pack": "write"}[r.URL.Query().Get("service")]
			}
			s.git(w, r, level)
		})
	}
}

// git lets git's backend answer, or refuses in plain text, as GitHub does.
func (s *Server) git(w http.ResponseWriter, r *http.Request, level string) {
	s.mu.Lock()
	home := s.gitHome
	status, message := s.judgeGit(r, level)
	s.mu.Unlock()
	switch {
	case home == nil:
		s.nowhere(w, r)
	case status == http.StatusOK:
		home.ServeHTTP(w, r)
	default:
		if status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Basic realm="GitHub"`)
		}
		http.Error(w, message, status)
	}
}

// judgeGit tells whether the holder of a token may do to a repository what takes
// the level of the permission contents. What a token does not reach is not there.
func (s *Server) judgeGit(r *http.Request, level string) (status int, message string) {
	user, password, _ := r.BasicAuth()
	t := s.token(password)
	if t == nil || user != tokenUser || t.Revoked || !s.Now().Before(t.ExpiresAt) || s.installations[t.InstallationID] == nil {
		return http.StatusUnauthorized, "Invalid username or token."
	}
	repository := r.PathValue("owner") + "/" + strings.TrimSuffix(r.PathValue("repo"), ".git")
	levels := []string{"", "read", "write"}
	switch {
	case s.installations[t.InstallationID].Suspended:
		return http.StatusForbidden, errSuspended.message
	case !slices.ContainsFunc(t.Repositories, func(name string) bool { return strings.EqualFold(name, repository) }):
		return http.StatusNotFound, "Repository not found."
	case level == "" || slices.Index(levels, t.Permissions["contents"]) < slices.Index(levels, level):
		return http.StatusForbidden, "Write access to repository not granted."
	}
	return http.StatusOK, ""
}
