// Package githubhost knows what follows from the name of a GitHub host.
package githubhost

import (
	"errors"
	"net"
	"net/url"
	"strings"
)

// APIURL gives the root of the host's REST API: docs.github.com, "Getting
// started with the REST API", for GitHub.com, GHE.com and Enterprise Server.
// The hosts below localhost speak plain HTTP, as gh has it for github.localhost.
func APIURL(host string) string {
	switch {
	case host == "github.com" || strings.HasSuffix(host, ".ghe.com"):
		return "https://api." + host
	case Loopback(host):
		return "http://api." + host
	default:
		return "https://" + host + "/api/v3"
	}
}

// URL gives the root of the host's pages, below which its repositories are. It has
// the scheme of APIURL.
func URL(host string) string {
	if Loopback(host) {
		return "http://" + host
	}
	return "https://" + host
}

// OfAPIURL gives the host whose REST API is at a URL, the inverse of APIURL. Of an
// API at an address of its own it gives that address's host.
func OfAPIURL(apiURL string) string {
	u, err := url.Parse(apiURL)
	if err != nil {
		return ""
	}
	if host, ok := strings.CutPrefix(u.Hostname(), "api."); ok && APIURL(host) == u.Scheme+"://"+u.Host {
		return host
	}
	return u.Hostname()
}

// Enterprise reports whether gh calls host an Enterprise Server, for which it
// reads GH_ENTERPRISE_TOKEN and not GH_TOKEN (`gh help environment`).
func Enterprise(host string) bool {
	return host != "github.com" && !strings.HasSuffix(host, ".ghe.com") && !Loopback(host)
}

// Loopback reports whether host is this machine by its very name: RFC 6761,
// section 6.3, keeps localhost and the names below it for loopback.
func Loopback(host string) bool {
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// CheckAPIURL refuses what is no root of a REST API, and a URL that would send
// a token in the clear over a network.
func CheckAPIURL(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New(`must be a URL such as "https://ghe.example.com/api/v3"`)
	case u.Scheme == "http" && !Loopback(u.Hostname()):
		return errors.New("must begin with https://: tokens are never sent in the clear")
	case u.Scheme != "http" && u.Scheme != "https":
		return errors.New("must begin with https://")
	}
	return nil
}
