// Package templates holds the texts that apply renders, one file each.
package templates

import "embed"

// Files holds every template, by the name of its file.
//
//go:embed *.tmpl
var Files embed.FS

// Plugin is the module of Takopi's plugin. It is a program as it stands, so that
// Python's own tools can read it.
//
//go:embed takopi_ghauth.py
var Plugin string

// PluginBinary is what has to be replaced in Plugin: the program that it calls.
const PluginBinary = `"/usr/bin/ghauth-provision"`

// CreateApp has the pages by which an App is registered, for html/template.
//
//go:embed create_app.html
var CreateApp string
