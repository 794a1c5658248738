package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/phiwatch/phiwatch/internal/app"
	"github.com/phiwatch/phiwatch/internal/config"
	"github.com/phiwatch/phiwatch/internal/notify"
)

// common are the options of every verb that runs the sensor.
type common struct {
	file      string
	state     string
	logLevel  string
	maxTokens int
	limited   func() bool // --max-tokens was given
	quiet     bool
}

func (o *common) flags(c *cobra.Command) {
	o.where(c)
	f := c.Flags()
	f.StringVar(&o.logLevel, "log-level", "", "`LEVEL` of diagnostics: debug, info, warn or error")
	f.IntVar(&o.maxTokens, "max-tokens", 32, "at most `N` tokens in an alert for each kind of identifier")
	o.limited = func() bool { return f.Changed("max-tokens") }
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no closing words on stderr")
}

// where are the options that find configuration and state.
func (o *common) where(c *cobra.Command) {
	c.Flags().StringVarP(&o.file, "config", "c", "", "configuration `FILE`")
	c.Flags().StringVar(&o.state, "state", "", "`DIR` of the ledger and the keys")
}

// maxTokens is the most that alerts.max_tokens can be.
const maxTokens = 10_000_000

// load reads the configuration; options beat the environment, which beats the file.
func (s *session) load(o *common) (config.Config, error) {
	c, err := config.Load(o.file, s.env)
	if err != nil {
		return c, &app.ConfigError{Err: err}
	}
	if o.state != "" {
		c.State.Dir = o.state
	}
	if o.limited != nil && o.limited() {
		if o.maxTokens < 0 || o.maxTokens > maxTokens {
			return c, usage{fmt.Errorf("--max-tokens %d is out of range", o.maxTokens), fmt.Sprintf("a number from 0 (no tokens) to %d", maxTokens)}
		}
		c.Alerts.MaxTokens = o.maxTokens
	}
	if o.logLevel != "" {
		if !slices.Contains([]string{"debug", "info", "warn", "error"}, o.logLevel) {
			return c, usage{fmt.Errorf("--log-level %s is not known", o.logLevel), "debug, info, warn or error"}
		}
		c.Log.Level = o.logLevel
	}
	return c, nil
}

func (s *session) prepare(c *cobra.Command, o *common, r *app.Replay) error {
	cfg, err := s.load(o)
	if err != nil {
		return err
	}
	log, err := s.logger(&cfg)
	if err != nil {
		return usage{err, "debug, info, warn or error"}
	}
	r.Config, r.Log, r.Getenv, r.Now, r.Warn, r.Version = cfg, log, s.getenv, time.Now, s.warn, Version()
	return nil
}

// logger writes diagnostics to stderr. Fields hold counts, kinds and places in the code, never traffic.
func (s *session) logger(c *config.Config) (*zap.Logger, error) {
	level, err := zapcore.ParseLevel(c.Log.Level)
	if err != nil {
		return nil, err
	}
	ec := zap.NewProductionEncoderConfig()
	ec.EncodeTime = zapcore.RFC3339TimeEncoder
	enc := zapcore.NewConsoleEncoder(ec)
	if c.Log.Format == "json" {
		enc = zapcore.NewJSONEncoder(ec)
	}
	return zap.New(zapcore.NewCore(enc, zapcore.AddSync(s.io.Err), level)), nil
}

func (s *session) warn(text string) {
	_, _ = s.io.Err.Write([]byte("phiwatch: warning: " + notify.Plain(text) + "\n"))
}

// getenv looks a variable up in the environment that Run was given.
func (s *session) getenv(key string) string {
	for _, v := range s.env {
		if k, value, found := strings.Cut(v, "="); found && k == key {
			return value
		}
	}
	return ""
}
