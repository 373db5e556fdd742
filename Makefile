# What anyone types is here; `make` alone says what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test build format lint bench budget fuzz test-tsan test-asan install setup setup-test setup-bench setup-fuzz

PREFIX ?= /usr/local
DESTDIR ?=
SECONDS_EACH ?= 60

BUILD_PACKAGES := libssl-dev libnghttp2-dev libyaml-dev libc-ares-dev pkg-config
TEST_PACKAGES := curl openssl nginx-light nghttp2-client
FUZZ_PACKAGES := python3 openssl
BENCH_PACKAGES := gcc libc6-dev libssl-dev python3 wrk nghttp2-client haproxy nginx-light h2o openssl valgrind strace binutils \
  util-linux
SWIFT_FOLDERS := $(wildcard Sources Tests Fuzz Benchmarks)

help: ## says what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/make \1\t\2/' | expand -t 18

run: build ## builds, and shows the whole product on https://localhost:8443
	.build/release/yett demo

test: setup-test ## every test: units, the house's rules, the real executable over real sockets
	swift build
	swift test

build: setup ## the release executable: .build/release/yett
	swift build -c release --static-swift-stdlib --product yett

format: ## writes every Swift file the way `make lint` wants it
	swift format --in-place --parallel --recursive $(SWIFT_FOLDERS) Package.swift

lint: ## refuses what is not formatted
	swift format lint --strict --parallel --recursive $(SWIFT_FOLDERS) Package.swift

bench: build setup-bench ## CPU time per request and handshake beside bare loops, nginx, HAProxy and H2O
	@status=0; Benchmarks/run || status=1; echo; Benchmarks/handshakes || status=1; exit $$status

budget: build setup-bench ## instructions, retains, exclusivity checks and system calls of a hit
	Benchmarks/budget

fuzz: build setup-fuzz ## every fuzz target for SECONDS_EACH seconds (60)
	Fuzz/run all $(SECONDS_EACH)

test-tsan: setup-test ## every test under the thread sanitizer
	@mkdir -p .build-tsan
	@# What it cannot see of locks and joins; then the proof that it sees them now, and still sees a race.
	@# SwiftPM does not see that it has changed.
	@[ .build-tsan/Unseen.o -nt Tests/Sanitizers/Unseen.c ] || rm -f .build-tsan/debug/yett .build-tsan/debug/*.xctest
	clang -O1 -Wall -Werror -c Tests/Sanitizers/Unseen.c -o .build-tsan/Unseen.o
	swiftc -sanitize=thread Tests/Sanitizers/Contended.swift -Xlinker .build-tsan/Unseen.o -o .build-tsan/contended
	.build-tsan/contended mutex
	! .build-tsan/contended race 2>/dev/null
	@rm -f .build-tsan/races.*
	@# Of every process that a test starts, also of those that it kills. None sleeps a second before it ends: how long a
	@# process takes to end is under test.
	TSAN_OPTIONS="log_path=$(CURDIR)/.build-tsan/races atexit_sleep_ms=0" YETT_PATIENCE=$${YETT_PATIENCE:-60} \
	  swift test --sanitize=thread --scratch-path .build-tsan -Xlinker "$(CURDIR)/.build-tsan/Unseen.o"; \
	  status=$$?; cat .build-tsan/races.* 2>/dev/null && exit 1; exit $$status

test-asan: setup-test ## every test under the address sanitizer, unit tests without a leak as well
	LSAN_OPTIONS="suppressions=$(CURDIR)/Tests/Sanitizers/leaks.supp:print_suppressions=0" \
	  swift test --disable-xctest --sanitize=address --scratch-path .build-asan --skip EndToEndTests
	@# A Yett that ends leaves all it has to the kernel, and freed memory is kept to watch it: no leaks, no bounds of memory.
	ASAN_OPTIONS=detect_leaks=0 YETT_PATIENCE=$${YETT_PATIENCE:-60} \
	  swift test --disable-xctest --sanitize=address --scratch-path .build-asan --filter EndToEndTests --skip BulkTests

install: build ## the executable to PREFIX/bin (/usr/local); honours DESTDIR
	install -D -m 0755 .build/release/yett "$(DESTDIR)$(PREFIX)/bin/yett"

# Installs what is missing, and says so; silent where nothing is.
define install-missing
	@missing=(); for package in $(1); do \
	  dpkg-query -W -f='$${Status}' "$$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$$package"); \
	done; \
	if [ $${#missing[@]} -gt 0 ]; then \
	  as=; [ "$$(id -u)" = 0 ] || as=sudo; \
	  if [ -n "$$as" ] && ! command -v sudo >/dev/null; then \
	    echo "missing: $${missing[*]}; as root: apt-get install $${missing[*]}" >&2; exit 1; \
	  fi; \
	  echo "installing what is missing: $${missing[*]}"; \
	  $$as apt-get update -qq && \
	    $$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$${missing[@]}"; \
	fi
endef

setup:
	@command -v swift >/dev/null || { echo "Swift 6.3 is needed: https://www.swift.org/install/linux/" >&2; exit 1; }
	$(call install-missing,$(BUILD_PACKAGES))

# Apart: Debian starts nginx when it is installed, and who builds or runs Yett has no use for that.
setup-test: setup
	$(call install-missing,$(TEST_PACKAGES))

setup-bench: setup
	$(call install-missing,$(BENCH_PACKAGES))

setup-fuzz: setup
	$(call install-missing,$(FUZZ_PACKAGES))
