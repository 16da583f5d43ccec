package refresh

import (
	"slices"
	"strings"

	"github.com/ghauth-provision/ghauth-provision/internal/atomicfile"
	"github.com/ghauth-provision/ghauth-provision/internal/mint"
)

// EarlierFile names the file beside a token file that keeps the digests of the
// tokens which stood there before, so that processes that still hold one can be
// named, the more so after a revocation.
func EarlierFile(tokenFile string) string { return strings.TrimSuffix(tokenFile, ".env") + ".earlier" }

// maxEarlier bounds how many are kept: two days' worth at the usual rhythm.
const maxEarlier = 100

// earlier gives the digests, the latest last.
func (a App) earlier() []string {
	data, _, err := readSmall(EarlierFile(a.TokenFile))
	if err != nil {
		return nil
	}
	return strings.Fields(string(data))
}

// outdate keeps the digest of a token that is about to be replaced or revoked.
func (a App) outdate(token mint.Secret) error {
	all := a.earlier()
	if token == "" || slices.Contains(all, token.Digest()) {
		return nil
	}
	all = append(all, token.Digest())
	all = all[max(0, len(all)-maxEarlier):]
	return atomicfile.WritePrivate(EarlierFile(a.TokenFile), []byte(strings.Join(all, "\n")+"\n"), 0o600)
}
