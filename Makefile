# make help lists the targets. demo and test need Go and nothing else.
GO      ?= go
GOFLAGS ?= -trimpath
BIN     ?= bin/phiwatch
LINTER  := bin/golangci-lint
LINTVER := v2.15.0
export CGO_ENABLED ?= 0

.PHONY: help build release demo test check race lint fuzz bench bench-scan eval golden clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-10s %s\n", $$1, $$2}'

build: ## build bin/phiwatch, static
	$(GO) build $(GOFLAGS) -ldflags '-s -w' -o $(BIN) ./cmd/phiwatch

release: ## build bin/phiwatch with the profile of a replay: some 6 % faster, two minutes of compiling
	$(GO) build $(GOFLAGS) -pgo=scripts/release.pgo -ldflags '-s -w' -o $(BIN) ./cmd/phiwatch

demo: build ## replay the bundled capture and show its alerts
	@scripts/demo/run $(BIN)

test: ## unit tests; those on captures beside the checkout are skipped when these are absent
	$(GO) test ./...

check: ## what CI runs: gofmt, vet, lint, test, race, short fuzz
	@test -z "$$(gofmt -l cmd internal rules scripts)" || { gofmt -l cmd internal rules scripts; echo 'run gofmt -w'; exit 1; }
	$(GO) vet ./...
	$(MAKE) lint test race fuzz

race: ## the packages with goroutines under the race detector
	CGO_ENABLED=1 $(GO) test -race -short ./internal/pipeline/... ./internal/app/... ./internal/cli/... ./internal/capture/... ./internal/ledger/...

$(LINTER):
	GOBIN=$(abspath bin) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINTVER)

lint: $(LINTER) ## golangci-lint, pinned
	$(LINTER) run ./...

FUZZTIME ?= 5s
fuzz: ## each fuzz target for FUZZTIME
	@FUZZTIME=$(FUZZTIME) scripts/fuzz

bench: ## speed beside tcpdump, tcpflow and, if installed, Suricata
	scripts/bench

bench-scan: ## speed of detection and of scan on texts beside grep, tcpdump and, if installed, ClamAV
	scripts/benchscan

eval: ## recall and false alarms: EVAL=full EVAL_GB=0.2 EVAL_SHOW=n EVAL_OUT=file EVAL_PEOPLE=800 EVAL_SEED=1
	@$(GO) run ./scripts/eval

golden: ## rewrite golden files, then look at the difference
	$(GO) test $$(grep -rl 'Bool("update"' --include=*_test.go . | xargs -n 1 dirname | sort -u) -run Golden -update
	git diff --stat

clean: ## remove what was built
	rm -rf bin .demo
