package githubhost

import "testing"

func TestHosts(t *testing.T) {
	tests := []struct {
		host, api            string
		enterprise, loopback bool
	}{
		{"github.com", "https://api.github.com", false, false},
		{"octo.ghe.com", "https://api.octo.ghe.com", false, false},
		{"ghe.example.com", "https://ghe.example.com/api/v3", true, false},
		{"notlocalhost", "https://notlocalhost/api/v3", true, false},
		{"github.localhost", "http://api.github.localhost", false, true},
	}
	for _, tt := range tests {
		if got := APIURL(tt.host); got != tt.api {
			t.Errorf("APIURL(%q) = %q, want %q", tt.host, got, tt.api)
		}
		if got := OfAPIURL(tt.api); got != tt.host {
			t.Errorf("OfAPIURL(%q) = %q, want %q", tt.api, got, tt.host)
		}
		if got := Enterprise(tt.host); got != tt.enterprise {
			t.Errorf("Enterprise(%q) = %v, want %v", tt.host, got, tt.enterprise)
		}
		if got := Loopback(tt.host); got != tt.loopback {
			t.Errorf("Loopback(%q) = %v, want %v", tt.host, got, tt.loopback)
		}
	}
}

func TestCheckAPIURL(t *testing.T) {
	for url, ok := range map[string]bool{
		"https://api.github.com":          true,
		"https://ghe.example.com/api/v3/": true,
		"http://127.0.0.1:8080":           true,
		"http://[::1]:1/api":              true,
		"http://api.github.localhost":     true,
		"http://api.github.com":           false,
		"http://128.0.0.1":                false,
		"http://127.0.0.1.example.com":    false,
		"ftp://localhost":                 false,
		"https://user:pw@host":            false,
		"https://host?x=1":                false,
		"//host":                          false,
		"api.github.com":                  false,
	} {
		if err := CheckAPIURL(url); (err == nil) != ok {
			t.Errorf("CheckAPIURL(%q) = %v, want ok %v", url, err, ok)
		}
	}
}

func TestOfAPIURL(t *testing.T) {
	for api, want := range map[string]string{
		"https://api.example.com":          "api.example.com",
		"http://api.github.localhost:8080": "api.github.localhost",
		"https://api.github.com/":          "github.com",
		"::":                               "",
	} {
		if got := OfAPIURL(api); got != want {
			t.Errorf("OfAPIURL(%q) = %q, want %q", api, got, want)
		}
	}
}

func TestURL(t *testing.T) {
	for host, want := range map[string]string{
		"github.com":       "https://github.com",
		"octo.ghe.com":     "https://octo.ghe.com",
		"ghe.example.com":  "https://ghe.example.com",
		"github.localhost": "http://github.localhost",
	} {
		if got := URL(host); got != want {
			t.Errorf("URL(%s) = %s, want %s", host, got, want)
		}
	}
}
