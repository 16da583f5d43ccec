// Package templates holds the texts that apply renders, one file each.
package templates

import "embed"

// Files holds every template, by the name of its file.
//
//go:embed *.tmpl
var Files embed.FS
