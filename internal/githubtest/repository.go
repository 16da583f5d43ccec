package githubtest

import "maps"

// repositoryPaths are the templates of a repository's addresses below its own
// (https://docs.github.com/en/rest/repos/repos#get-a-repository).
var repositoryPaths = map[string]string{
	"archive_url":       "/{archive_format}{/ref}",
	"assignees_url":     "/assignees{/user}",
	"blobs_url":         "/git/blobs{/sha}",
	"branches_url":      "/branches{/branch}",
	"collaborators_url": "/collaborators{/collaborator}",
	"comments_url":      "/comments{/number}",
	"commits_url":       "/commits{/sha}",
	"compare_url":       "/compare/{base}...{head}",
	"contents_url":      "/contents/{+path}",
	"contributors_url":  "/contributors",
	"deployments_url":   "/deployments",
	"downloads_url":     "/downloads",
	"events_url":        "/events",
	"forks_url":         "/forks",
	"git_commits_url":   "/git/commits{/sha}",
	"git_refs_url":      "/git/refs{/sha}",
	"git_tags_url":      "/git/tags{/sha}",
	"hooks_url":         "/hooks",
	"issue_comment_url": "/issues/comments{/number}",
	"issue_events_url":  "/issues/events{/number}",
	"issues_url":        "/issues{/number}",
	"keys_url":          "/keys{/key_id}",
	"labels_url":        "/labels{/name}",
	"languages_url":     "/languages",
	"merges_url":        "/merges",
	"milestones_url":    "/milestones{/number}",
	"notifications_url": "/notifications{?since,all,participating}",
	"pulls_url":         "/pulls{/number}",
	"releases_url":      "/releases{/id}",
	"stargazers_url":    "/stargazers",
	"statuses_url":      "/statuses/{sha}",
	"subscribers_url":   "/subscribers",
	"subscription_url":  "/subscription",
	"tags_url":          "/tags",
	"teams_url":         "/teams",
	"trees_url":         "/git/trees{/sha}",
	"url":               "",
}

// freshRepository is what a private repository is born with.
var freshRepository = object{
	"private": true, "fork": false, "archived": false, "disabled": false, "visibility": "private",
	"description": nil, "homepage": nil, "language": nil, "license": nil, "mirror_url": nil,
	"default_branch": "main", "size": 0,
	"forks": 0, "forks_count": 0, "open_issues": 0, "open_issues_count": 0,
	"stargazers_count": 0, "watchers": 0, "watchers_count": 0,
	"has_downloads": true, "has_issues": true, "has_pages": false, "has_projects": true, "has_wiki": true,
	"created_at": epoch, "pushed_at": epoch, "updated_at": epoch,
}

// repositories describes repositories of an installation by their full names.
func (c *call) repositories(i *Installation, fullNames []string) []object {
	all := []object{}
	for _, name := range fullNames {
		all = append(all, c.repository(i, name))
	}
	return all
}

func (c *call) repository(i *Installation, fullName string) object {
	n := RepositoryID(fullName)
	o := object{
		"id":        n,
		"node_id":   nodeID("Repository", n),
		"name":      bareName(fullName),
		"full_name": fullName,
		"owner":     c.account(i.Owner, i.User),
		"html_url":  site + "/" + fullName,
		"clone_url": site + "/" + fullName + ".git",
		"svn_url":   site + "/" + fullName,
		"git_url":   "git://github.com/" + fullName + ".git",
		"ssh_url":   "git@github.com:" + fullName + ".git",
	}
	maps.Copy(o, freshRepository)
	for name, path := range repositoryPaths {
		o[name] = c.api + "/repos/" + fullName + path
	}
	return o
}
