package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/phiwatch/phiwatch/internal/alert"
	"github.com/phiwatch/phiwatch/internal/app"
	"github.com/phiwatch/phiwatch/internal/config"
	"github.com/phiwatch/phiwatch/internal/content"
	"github.com/phiwatch/phiwatch/internal/coverage"
	"github.com/phiwatch/phiwatch/internal/flow"
	"github.com/phiwatch/phiwatch/internal/object"
	"github.com/phiwatch/phiwatch/internal/pcaptest"
	"github.com/phiwatch/phiwatch/internal/pipeline"
	"github.com/phiwatch/phiwatch/internal/proto"
	protolist "github.com/phiwatch/phiwatch/internal/proto/list"
)

const secret = "515-73-1105"

// packets is a source of packets in memory.
type packets []flow.Packet

func (p *packets) Next(_ context.Context, b *flow.Batch) error {
	if len(*p) == 0 {
		return io.EOF
	}
	n := min(len(*p), 3)
	b.Packets = append(b.Packets, (*p)[:n]...)
	*p = (*p)[n:]
	return nil
}

// fragile is an analyser that fails at one call, with what it was given.
type fragile struct {
	host proto.Host
	at   string
	w    object.Writer
}

func (f *fragile) fail(at string, v any) {
	if f.at == at {
		panic(v)
	}
}

func (f *fragile) Data(d flow.Dir, off uint64, at flow.Time, b []byte) flow.Want {
	f.fail("data", string(b))
	if f.w == nil {
		f.w = f.host.Open(object.Meta{Protocol: "fragile", Kind: object.Message, Dir: d, Off: off, At: at, Size: -1})
	}
	f.w.Write(b)
	f.fail("written", fmt.Errorf("cannot read %s", b))
	return 0
}

func (f *fragile) Gap(flow.Dir, uint64, uint64, flow.Time, coverage.Reason) flow.Want { return 0 }
func (f *fragile) Skip(flow.Dir, uint64, uint64)                                      {}
func (f *fragile) Alt(flow.Dir, uint64, []byte)                                       {}
func (f *fragile) Close(at flow.Time, _ flow.CloseReason) {
	f.fail("close", errors.New(secret))
	if f.w != nil {
		f.w.Close(object.Outcome{At: at})
	}
}

// protocols has one protocol, which fails at a place.
func protocols(at string) pipeline.Protocols {
	p := proto.Protocol{Name: "fragile", Probe: func(c, _ proto.Peek, _ *flow.Flow) proto.Score {
		if at == "probe" {
			panic(string(c.Data))
		}
		return proto.Sure
	}, New: func(h proto.Host) flow.Consumer {
		f := &fragile{host: h, at: at}
		f.fail("new", secret)
		return f
	}}
	return pipeline.Protocols{List: []proto.Protocol{p}, Raw: protolist.Raw()}
}

// TestPanics holds that code which fails costs its flow or object, that the bytes are accounted for, and that what it
// failed on is not told.
func TestPanics(t *testing.T) {
	cfg, err := config.Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	good, _, err := app.BuildBrain(&cfg, [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	bad := *good
	bad.Driver = content.NewDriver([]content.Format{{Name: "fragile", Sniff: func([]byte, *object.Meta) content.Score { return content.Sure },
		Decode: func(r object.Reader, _ object.Emitter, _ *object.Meta) coverage.Reason {
			b, _ := io.ReadAll(r)
			panic(fmt.Sprintf("bad: %s", b))
		}}}, content.DefaultLimits())
	for _, at := range []string{"", "probe", "new", "data", "written", "close", "decode"} {
		for _, workers := range []int{1, 3} {
			brain := good
			if at == "decode" {
				brain = &bad
			}
			t.Run(fmt.Sprintf("%s/%d", at, workers), func(t *testing.T) { failing(t, brain, at, workers) })
		}
	}
}

func failing(t *testing.T, brain *pipeline.Brain, at string, workers int) {
	var log, objects, alerts bytes.Buffer
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.Lock(zapcore.AddSync(&log)), zapcore.DebugLevel)
	p := pipeline.New(brain, pipeline.Options{Workers: workers, Detect: true, Protocols: protocols(at), Objects: &objects, Log: zap.New(core), Emit: func(a *alert.Alert) error {
		b, err := a.JSON()
		alerts.Write(b)
		return err
	}})
	c := pcaptest.New()
	for i := range 3 {
		s := c.TCP(fmt.Sprintf("10.1.1.%d:4000", 5+i), "14.139.60.10:7777")
		s.Open()
		s.Client("Patient: MRN: 91947593 DOB: 01/19/1991\nSSN: "+secret+"\nDiagnosis: diabetes\n", 10, 30)
		s.Server("ok\n")
		s.Close()
	}
	src := packets(c.Packets())
	if err := p.Run(t.Context(), &src); err != nil {
		t.Fatal(err)
	}
	st := p.Stats()
	var sum uint64
	for i := range coverage.NumStates {
		sum += st.Account.Bytes[i]
	}
	if sum != st.Bytes.Load() {
		t.Errorf("the states add up to %d of %d bytes", sum, st.Bytes.Load())
	}
	if n := st.Panics.Load(); (n == 0) != (at == "") {
		t.Errorf("%d panics", n)
	}
	if at == "" && alerts.Len() == 0 {
		t.Error("what does not fail finds nothing")
	}
	if at != "" && !strings.Contains(log.String(), "panic_test.go") {
		t.Errorf("the log does not say where it was: %s", log.String())
	}
	for _, b := range []string{log.String(), objects.String(), alerts.String()} {
		if strings.Contains(b, secret) || strings.Contains(b, "91947593") || strings.Contains(b, "515731105") {
			t.Errorf("what it failed on is told: %s", b)
		}
	}
}
