// Package takopi edits the table [plugins.ghauth] of Takopi's takopi.toml, makes
// the wheel of the plugin that reads it, and works out how uv installs that.
//
// Takopi, its plugins and its owner write that file too, so only single keys
// of the table are ours: an edit replaces the bytes of a value, adds lines or
// removes lines, and is then checked against a fresh parse of the result. Where
// that cannot be done safely the edit is refused, with the line and the reason.
//
// Nothing here changes a file. The file holds a bot's token: no error carries any
// of its text.
package takopi
