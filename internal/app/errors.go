package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// ConfigError is an error in what the operator wrote: configuration, register, rules. Exit code 2.
type ConfigError struct{ Err error }

// Error returns the text of the cause.
func (e *ConfigError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *ConfigError) Unwrap() error { return e.Err }

// hinted is an error with its next step.
type hinted struct {
	error
	hint string
}

// Hint returns the next step.
func (h hinted) Hint() string { return h.hint }

// Unwrap returns the error itself.
func (h hinted) Unwrap() error { return h.error }

// WithHint gives an error a next step.
func WithHint(err error, hint string) error { return hinted{err, hint} }

// FileError says what could not be done with a file, in place of the name of the system call.
func FileError(what string, err error) error {
	var pe *fs.PathError
	if !errors.As(err, &pe) {
		return fmt.Errorf("%s: %w", what, err)
	}
	return WithHint(fmt.Errorf("%s %s: %w", what, pe.Path, pe.Err), fileHint(pe.Err))
}

func fileHint(err error) string {
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "is the path right?"
	case errors.Is(err, os.ErrPermission):
		return "run as a user who may, or name another place"
	case errors.Is(err, os.ErrExist):
		return "name another place"
	}
	return "is the path right, and is there room?"
}

// plain leaves the name of the system call out of an error.
func plain(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return fmt.Errorf("%s: %w", pe.Path, pe.Err)
	}
	return err
}
