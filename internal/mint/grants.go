package mint

// Lacks says what of the wanted permissions the installation does not grant, ""
// if it grants all.
func (i InstallationInfo) Lacks(want map[string]string) string {
	return lacking(scope{Permissions: want}, scope{Permissions: i.Permissions})
}
