package cli

import (
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/phiwatch/phiwatch/internal/app"
	"github.com/phiwatch/phiwatch/internal/config"
)

// common are the options of every verb that runs the sensor.
type common struct {
	file      string
	state     string
	logLevel  string
	maxTokens int
	quiet     bool
}

func (o *common) flags(c *cobra.Command) {
	o.where(c)
	f := c.Flags()
	f.StringVar(&o.logLevel, "log-level", "", "debug, info, warn or error")
	f.IntVar(&o.maxTokens, "max-tokens", -1, "tokens in an alert for each kind of identifier")
	f.Lookup("max-tokens").DefValue = "32"
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no closing words on stderr")
}

// where are the options that find configuration and state.
func (o *common) where(c *cobra.Command) {
	o.maxTokens = -1
	c.Flags().StringVarP(&o.file, "config", "c", "", "configuration `FILE`")
	c.Flags().StringVar(&o.state, "state", "", "state `DIR`: ledger and keys")
}

// load reads the configuration; options beat the environment, which beats the file.
func (s *session) load(o *common) (config.Config, error) {
	c, err := config.Load(o.file, s.env)
	if err != nil {
		return c, &app.ConfigError{Err: err}
	}
	if o.state != "" {
		c.State.Dir = o.state
	}
	if o.maxTokens >= 0 {
		c.Alerts.MaxTokens = o.maxTokens
	}
	if o.logLevel != "" {
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
	_, _ = s.io.Err.Write([]byte("phiwatch: warning: " + text + "\n"))
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
