# Targets of the HTTP engine, to be included by the Makefile. PYTHON is an interpreter with Scripts/requirements-http.txt.

PYTHON ?= python3

.PHONY: http-clients http-fuzz http-bench http-soak http-sanitize

http-clients:
	$(PYTHON) -m pytest -q Tests/Clients

http-fuzz:
	Fuzz/run.sh 30

http-bench:
	PYTHON=$(PYTHON) Benchmarks/http/run.sh

http-soak:
	swift build -c release --product http-probe
	$(PYTHON) Benchmarks/http/soak.py "$$(swift build -c release --show-bin-path)/http-probe" 1200

# SWIFT_BACKTRACE: the crash handler of Swift can hang under a sanitizer.
http-sanitize:
	SWIFT_BACKTRACE=enable=no swift test --sanitize=thread --scratch-path .build/thread
	SWIFT_BACKTRACE=enable=no LSAN_OPTIONS=suppressions=Scripts/leaks.supp swift test --sanitize=address --scratch-path .build/address
