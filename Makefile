# lvsha. `make help` lists the targets.

PREFIX  ?= /usr/local
DESTDIR ?=
CARGO   ?= cargo

binary := target/release/lvsha
share  := $(DESTDIR)$(PREFIX)/share
# The real programs run in a chroot with namespaces of their own, which root must set up.
root   := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.DEFAULT_GOAL := build
.PHONY: bench bench-lab build corpus demo deny fuzz help install lab lab-images lab-test lint nextest peers quick shellcheck \
	soak test

build: ## the program, optimised: target/release/lvsha
	$(CARGO) build --release

demo: ## what it does, on the built-in example
	$(CARGO) run --quiet -- convert heartbeat-to-keepalived --example

test: nextest peers lab-images ## every test beside the real programs (as root) and in the emulated cluster
	@if $(CARGO) nextest --version >/dev/null 2>&1; then \
		LVSHA_REQUIRE_PEERS=1 $(CARGO) nextest run; \
	else \
		LAB=off LVSHA_REQUIRE_PEERS=1 $(CARGO) test; \
	fi
	LVSHA_REQUIRE_LAB=1 $(CARGO) test --test lab

quick: ## the tests that need nothing but Rust
	LAB=off $(CARGO) test

peers: ## a tree with the real heartbeat, ldirectord and keepalived, for the tests
	$(root) tests/peers/build

lab: lab-images ## a cluster of emulated machines, and a shell in it (tests/lab/README.md)
	$(CARGO) test --quiet --test lab -- --shell

lab-test: lab-images ## the scenarios of the lab; SCENARIO=part-of-a-name for some of them
	LVSHA_REQUIRE_LAB=1 $(CARGO) test --test lab -- $(SCENARIO)

lab-images: peers ## what the lab boots: Debian's kernel, the peers' tree as a disk
	$(root) tests/lab/build

# The fuzz targets are a workspace of their own: with the program's versions, most dependencies are there already.
lint: deny shellcheck ## formatting, clippy, licences of the dependencies, the scripts of a deployment
	$(CARGO) fmt --check
	$(CARGO) fmt --check --manifest-path fuzz/Cargo.toml
	$(CARGO) clippy --all-targets -- -D warnings
	cp Cargo.lock fuzz/Cargo.lock
	$(CARGO) clippy --manifest-path fuzz/Cargo.toml --target-dir $(or $(CARGO_TARGET_DIR),target) -- -D warnings

corpus: peers ## DIR=...: verdicts and rewritten files of any directory beside the real programs; LEAST=percentage
	@test -n "$(DIR)" || { echo "name a directory: make corpus DIR=/etc/keepalived"; exit 2; }
	LVSHA_CORPUS="$(abspath $(DIR))" LVSHA_CORPUS_LEAST="$(LEAST)" LVSHA_REQUIRE_PEERS=1 \
		$(CARGO) test --test peers a_directory_of_files -- --ignored --nocapture

soak: lab-images ## a million steps of simulated routers, and half an hour of random drills in the lab
	LVSHA_STEPS=$(or $(STEPS),1000000) LAB=off $(CARGO) test --lib random_histories -- --nocapture
	LVSHA_REQUIRE_LAB=1 LAB_LIMIT=90 $(CARGO) test --test lab -- --measure soak::

bench: ## speed and memory beside the real programs
	$(CARGO) bench --bench lvsha

bench-lab: lab-images ## how fast a large table is in the kernel, in the lab
	$(CARGO) bench --bench lvsha -- lab

bench-%: ## one part of it: text, services, checks, vrrp, routers, deploy, lab
	$(CARGO) bench --bench lvsha -- $*

fuzz: ## SECONDS=n (60): every fuzz target for so long, from the project's own cases
	fuzz/run $(or $(SECONDS),60)

install: build ## program, manual pages and completions, below PREFIX (/usr/local) and DESTDIR
	install -D -m 755 $(binary) $(DESTDIR)$(PREFIX)/bin/lvsha
	$(binary) --quiet man --out $(share)/man/man1
	install -d $(share)/bash-completion/completions $(share)/fish/vendor_completions.d
	install -d $(share)/zsh/site-functions
	$(binary) completions bash > $(share)/bash-completion/completions/lvsha
	$(binary) completions fish > $(share)/fish/vendor_completions.d/lvsha.fish
	$(binary) completions zsh  > $(share)/zsh/site-functions/_lvsha

help: ## this list
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# A test process each and a time limit, where it can be had; `cargo test` runs the same tests.
nextest:
	@$(CARGO) nextest --version >/dev/null 2>&1 \
		|| $(CARGO) install --locked cargo-nextest \
		|| echo "cargo-nextest cannot be installed: \`cargo test\` runs the tests"

deny:
	@if $(CARGO) deny --version >/dev/null 2>&1; then \
		$(CARGO) deny check licenses bans sources; \
	else \
		echo "cargo-deny is not installed: licences are not checked"; \
		test -z "$$CI"; \
	fi

# Each script runs behind common.sh, so names may come from there (SC2154) and be used elsewhere (SC2034). Meant as
# they are: `A && B || C` where C is for both (SC2015), backquotes in a help (SC2016), names that are numbers (SC2012).
shellcheck:
	@if command -v shellcheck >/dev/null; then \
		shellcheck --shell=sh --exclude=SC2012,SC2015,SC2016,SC2034,SC2154 src/deploy/scripts/*.sh; \
	else \
		echo "shellcheck is not installed: the scripts are not checked"; \
		test -z "$$CI"; \
	fi
