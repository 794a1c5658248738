// Package rules holds the built-in rules: one YAML file for each family of identifiers. Sources are in SOURCES.md.
package rules

import "embed"

// FS is the built-in rules.
//
//go:embed *.yaml
var FS embed.FS
