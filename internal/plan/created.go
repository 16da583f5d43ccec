package plan

// Created gives the manifest of a host on which nothing has been applied yet, for the
// app's key that has come from GitHub straight to its place, and for the directories that
// were made for it. So a destroy knows of them, whether an apply comes in between or not.
func Created(app, key string, pem []byte, dirs []string) []byte {
	records := map[string]Record{key: {Path: key, Kind: OfFile, Label: "private key of app " + app, Mode: 0o600,
		SHA256: []string{Hash(pem)}, App: app, Secret: true, Created: true}}
	for _, dir := range dirs {
		records[dir] = Record{Path: dir, Kind: OfDirectory, Mode: 0o700}
	}
	return encode(records, false)
}
