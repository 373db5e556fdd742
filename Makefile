# What anyone types is here; `make` alone says what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test build format lint bench budget fuzz test-tsan test-asan install setup setup-test setup-bench

PREFIX ?= /usr/local
DESTDIR ?=
SECONDS_EACH ?= 60

BUILD_PACKAGES := libssl-dev libyaml-dev libc-ares-dev pkg-config
TEST_PACKAGES := curl openssl nginx-light
BENCH_PACKAGES := gcc libc6-dev python3 wrk haproxy nginx-light openssl valgrind strace binutils util-linux
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

bench: build setup-bench ## CPU time per request beside bare loops, nginx and HAProxy
	Benchmarks/run

budget: build setup-bench ## instructions, retains, exclusivity checks and system calls of a hit
	Benchmarks/budget

fuzz: setup ## every fuzz target for SECONDS_EACH seconds (60)
	Fuzz/run all $(SECONDS_EACH)

test-tsan: setup-test ## every test under the thread sanitizer
	swift test --sanitize=thread --scratch-path .build-tsan

test-asan: setup-test ## unit tests under the address sanitizer
	@# Tables that live as long as the process, and test doubles that hold each other, are leaks to it.
	ASAN_OPTIONS=detect_leaks=0 swift test --sanitize=address --scratch-path .build-asan --skip EndToEndTests

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
