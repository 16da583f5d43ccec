package mint

// Lacks says what of the wanted permissions the installation does not grant, ""
// if it grants all.
func (i InstallationInfo) Lacks(want map[string]string) string {
	rest := scope{Permissions: want}.beyond(scope{Permissions: i.Permissions})
	if rest.empty() {
		return ""
	}
	return rest.String()
}
