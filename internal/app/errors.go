package app

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

func withHint(err error, hint string) error { return hinted{err, hint} }
