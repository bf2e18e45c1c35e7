# The front door. `make help` lists what there is.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-test build debug run test test-clients lint format bench fuzz crash sanitize soak evaluate sample

# Imports that the manifest does not declare are errors; a plain `swift build` does not check them.
CHECKED := --explicit-target-dependency-import-check error
# The Swift runtime inside: the programs then run where no toolchain is, start faster, and need some 7 % less CPU.
RELEASE := swift build -c release --static-swift-stdlib $(CHECKED)
PROGRAMS := .build/release
SAMPLE := Samples/welcome.ogg

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: ## install what building and running need
	@Scripts/setup.sh run

setup-test: ## install what tests, benchmarks and client checks need
	@Scripts/setup.sh test

build: setup ## build the release programs
	$(RELEASE) --product stentor
	$(RELEASE) --product stentor-host
	@Scripts/link_engine.sh "$$(swift build -c release --show-bin-path)"

debug: setup-test
	swift build --build-tests $(CHECKED)
	@Scripts/link_engine.sh "$$(swift build --show-bin-path)"

run: build ## build, prove it on the bundled sample, and serve
	@echo "Transcribing $(SAMPLE):"
	@STENTOR_DATA_DIR=$${STENTOR_DATA_DIR:-data} $(PROGRAMS)/stentor transcribe --language en --format txt,json \
		--words --output data/sample/ $(SAMPLE)
	@.deps/python/bin/python Scripts/show_times.py data/sample/welcome.json
	@echo "Serving; Ctrl-C stops:"
	@STENTOR_DATA_DIR=$${STENTOR_DATA_DIR:-data} exec $(PROGRAMS)/stentor serve

test: debug ## every deterministic test
	Scripts/run_tests.sh

test-clients: build setup-test ## checks by independent programs
	Scripts/run_clients.sh

lint: ## layout, scripts and house rules
	Scripts/lint.sh

format: ## lay out the sources
	swift format -i -r Sources Tests Package.swift

bench: build setup-test ## benchmarks, ratios in one run (by hand; Benchmarks/RESULTS.md)
	Benchmarks/run.sh

fuzz: setup-test ## FUZZ_SECONDS (30) for each target
	Fuzz/run.sh $${FUZZ_SECONDS:-30}

crash: debug ## CRASH_KILLS (30) seeded kills of child processes, and as many of the server
	Scripts/run_crash.sh $${CRASH_KILLS:-30}

sanitize: setup-test ## the tests under the thread and the address sanitizer (by hand)
	Scripts/sanitize.sh

soak: setup-test ## SOAK_SECONDS (1200) of mixed HTTP traffic; fails when memory or descriptors grow (by hand)
	$(RELEASE) --product http-probe
	.deps/python/bin/python Benchmarks/http/soak.py "$$(swift build -c release --show-bin-path)/http-probe" $${SOAK_SECONDS:-1200}

evaluate: build setup-test ## word error rate on real speech: make evaluate SHARED=folder
	.deps/python/bin/python Scripts/evaluate.py "$(SHARED)" "$$(swift build -c release --show-bin-path)"

sample: setup-test ## speak the bundled sample anew
	Scripts/make_sample.sh $(SAMPLE)
