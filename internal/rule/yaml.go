package rule

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// yamlError names the file, and the line of each fault: file:line: what.
func yamlError(name string, err error) error {
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: the file is empty", name)
	}
	var faults *yaml.TypeError
	if !errors.As(err, &faults) {
		return at(name, "not YAML: ", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	var all []error
	for _, f := range faults.Errors {
		all = append(all, at(name, "", f))
	}
	return errors.Join(all...)
}

// at turns the library's "line 5: what" into name:5: what.
func at(name, kind, text string) error {
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		if line, what, ok := strings.Cut(rest, ": "); ok {
			name, text = name+":"+line, what
		}
	}
	unknown := regexp.MustCompile(`^field (\S+) not found in type \S+$`)
	return fmt.Errorf("%s: %s%s", name, kind, unknown.ReplaceAllString(text, "unknown key $1"))
}

// cause is an error of a file without the name of the system call.
func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
