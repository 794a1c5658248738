// Package rules holds the built-in rules: one YAML file for each family of identifiers. Sources are in SOURCES.md.
package rules

import "embed"

// FS is the built-in rules.
//
//go:embed *.yaml
var FS embed.FS

// Site is rule files that a site may choose from, below "site/". None of them is loaded unless it lies in a directory of the site.
//
//go:embed site/*.yaml
var Site embed.FS
