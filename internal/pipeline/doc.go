// Package pipeline is the only place that knows the order of the stages: capture, stream, proto, content, detect,
// receiver, policy, notify. It dispatches packets to 256 virtual shards, runs the shards on workers and the objects on
// scan workers, puts the results back in the order of the packets that completed them (the sequencer), and judges them.
//
// Nothing in a result depends on the number of workers, on batches, or on wall time: state, timers and budgets belong
// to shards, clock ticks sit at fixed places in the packet order, and everything that spans flows happens in the
// sequencer, in order.
package pipeline
