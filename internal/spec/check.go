package spec

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ghauth-provision/ghauth-provision/internal/githubhost"
)

var (
	appName  = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)
	hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)
	clientID = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)
	// One that begins with a dot could lead out of its path.
	vaultName   = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*$`)
	packageName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\s*([\[<>=!~;(].*)?$`)
	serviceName = regexp.MustCompile(`^[A-Za-z0-9:_.\\@-]{1,240}\.service$`)
)

// checkText refuses what could not be written to an env file or a unit.
func checkText(s string) error {
	switch {
	case s == "":
		return errors.New("must not be empty")
	case len(s) > 4096:
		return errors.New("must not be longer than 4096 bytes")
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		return errors.New("must not contain control characters")
	}
	return nil
}

// checkUnitPath refuses the characters that systemd takes in no form of quoting
// in ExecStart= (systemd.service(5), "Command lines").
func checkUnitPath(s string) error {
	if i := strings.IndexAny(s, `"'\`); i >= 0 {
		return fmt.Errorf("must not contain %q: systemd units cannot name such a path", s[i])
	}
	return nil
}

// checkOwnDir refuses the home and the root: the key directory is closed to all
// others, and holds nothing else.
func (p *parser) checkOwnDir(dir string) error {
	if dir == "/" || dir == filepath.Clean(p.in.Home) {
		return errors.New("must be a directory for keys alone, not the home itself")
	}
	return nil
}

// checkEnvValue refuses the one printing character that cannot stand in single
// quotes in an env file.
func checkEnvValue(s string) error {
	if strings.Contains(s, "'") {
		return errors.New("must not contain '")
	}
	return nil
}

// checkPackage takes a requirement of a name (PEP 508), which uv may install for
// another package's sake; it takes no URL there.
func checkPackage(s string) error {
	if !packageName.MatchString(s) || strings.Contains(s, "@") {
		return errors.New(`must be a package's name, which a version may follow, such as "takopi-discord>=0.5"`)
	}
	return nil
}

func checkService(s string) error {
	if !serviceName.MatchString(s) {
		return errors.New(`must be the name of a service, such as "takopi.service"`)
	}
	return nil
}

func checkHost(s string) error {
	if !hostName.MatchString(s) {
		return errors.New(`must be a host name in lower case, such as "github.com", without https://`)
	}
	if host := githubhost.OfAPIURL("https://" + s); host != s {
		return fmt.Errorf("must not be the API's: host is %s; where its API is follows from that", host)
	}
	return nil
}

// checkVaultName refuses what no key of the transit engine is called.
func checkVaultName(s string) error {
	if !vaultName.MatchString(s) {
		return errors.New("must hold only letters, digits and the characters _ - . alone")
	}
	return nil
}

// checkVaultPath takes several such names with slashes between them.
func checkVaultPath(s string) error {
	for name := range strings.SplitSeq(s, "/") {
		if !vaultName.MatchString(name) {
			return errors.New(`must be a path such as "transit" or "team/transit", without a slash at either end`)
		}
	}
	return nil
}

func checkClientID(s string) error {
	if !clientID.MatchString(s) {
		return errors.New(`must be the client id from the App's settings page, such as "Iv23liAbCdEf01234567"`)
	}
	return nil
}
