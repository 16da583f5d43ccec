package keysource

import "fmt"

// Exposure says in one sentence where the key is and who could read it, or sign
// with it. Paths are shown by show, which may shorten them.
func (s Source) Exposure(show func(path string) string) string {
	switch {
	case len(s.Command) > 0:
		return fmt.Sprintf("the key is wherever %s has it, and whoever runs as this user, the agents included, can have it sign and may read all that it reads", show(s.Command[0]))
	case s.Vault != nil:
		return fmt.Sprintf("the key stays in Vault at %s (%s/%s, version %d), which gives it to nobody unless it was made exportable or may be backed up; whoever runs as this user, the agents included, can read %s and sign with it as long as Vault lets that",
			s.Vault.Address, s.Vault.Mount, s.Vault.Key, s.Vault.Version, show(s.Vault.login()))
	case s.Broker != "":
		return fmt.Sprintf("the key is kept by another user of this system, the broker at %s: whoever runs as this user, the agents included, can have tokens from it within its policy, and neither read the key nor sign with it", show(s.Broker))
	}
	return fmt.Sprintf("the key lies in %s, which root and whoever runs as this user, the agents included, can read and copy", show(s.File))
}

// login gives the file that holds what opens Vault.
func (v Vault) login() string {
	if v.AppRole != nil {
		return v.AppRole.SecretIDFile
	}
	return v.TokenFile
}
