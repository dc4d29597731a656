# make demo       from here to a finished copy on a virtual disk, with live progress; leaves nothing on the machine
# make check      the quick part of the tests: format, lints, unit tests and the bus
# make test       all tests that need no virtual machine, and a slice of each campaign; within 15 minutes
# make test-vm    the package in virtual machines with real USB disks, Debian 12 and then 13; SUITE=… chooses one
# make test-long  the whole campaigns; FAULT_SEED=… and INTERLEAVINGS_SEED=… play one case again
# make msrv       whether the oldest Rust that is promised still builds it
# make bench      figures, each against its peer; BENCH_QUICK=1 for a short look
# make build      the release build in target/release, man pages and completions in target/pages
# make deps       installs what all of these need; each does so by itself for its part
#
# Works on a bare Debian as root. For others sudo is asked for packages, and for the tests and the demo that make disks.

SHELL := /bin/bash
MAKEFLAGS += --no-builtin-rules --no-print-directory
# Where rustup puts cargo, and where Debian puts mkfs and losetup.
export PATH := $(HOME)/.cargo/bin:$(PATH):/usr/sbin:/sbin

CARGO := cargo
LOCKED := --locked
# As a release build, too, so that it waits for no build of the tests.
MAKE_PAGES = $(CARGO) run $(LOCKED) --quiet --release --package xtask -- pages target/pages
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
# The same cases for one commit, others for the next.
export CAMPAIGN_SEED ?= $(shell printf %d 0x$$(git rev-parse --short=8 HEAD 2> /dev/null || echo 0))
# Of all packages, as `programs` builds them, so that each dependency is built once. tools/run-test asks sudo where it must.
TEST := PROGRAMS_ARE_BUILT=1 AS_ROOT=1 $(CARGO) test $(LOCKED) --workspace
# Each of these tests is a whole small machine that mostly waits.
DISK_THREADS := 3
# A slice of each campaign.
FAULT_CASES ?= $(if $(FAULT_SEED),1,20)
INTERLEAVINGS_CASES ?= $(if $(INTERLEAVINGS_SEED),1,6)
TRANSFER_CASES ?= 20
TRANSFER_FAULTS ?= 1
SNAPSHOT_SCALE ?= 1
SNAPSHOT_ROUNDS ?= 20
SNAPSHOT_KILLS ?= 4
SCRIPTS := tools/need tools/run-test .ci/run demo/demo.sh demo/scenes.sh crates/testing/machine/init.sh $(wildcard packaging/*.sh) \
           packaging/bare-root packaging/check-deb packaging/veeam-ssh packaging/debian/postinst packaging/debian/postrm \
           tests/vm/vm_debian/root/build

.PHONY: build demo check test beside test-long msrv bench deps clean programs format lint scripts unit bus interleavings web disk \
        faults transfer snapshot need-build need-demo need-test need-web need-deb need-vm

build: need-build
	$(CARGO) build $(LOCKED) --release
	$(MAKE_PAGES)

# Built anew, release and debug take the same time; and this one the figures are about.
demo: need-demo
	$(CARGO) build $(LOCKED) --release
	$(SUDO) demo/demo.sh target/release/asbackupd

check: format lint unit bus

# All packages first: two apt-gets at once would lock each other out. The disks wait for udev and UDisks2 more than they compute, so
# all the rest runs beside them; the lints take what the tests leave of the processors.
test: need-test need-web
	$(CARGO) build $(LOCKED) --workspace --bins --tests
	$(MAKE) --jobs=3 --keep-going --output-sync=target disk beside lint

beside:
	$(MAKE) --jobs=1 --keep-going format scripts unit bus web interleavings faults transfer snapshot

test-long: programs
	$(MAKE) --keep-going faults interleavings transfer snapshot FAULT_CASES=200 INTERLEAVINGS_CASES=125 TRANSFER_CASES=200 \
	    TRANSFER_FAULTS=2 SNAPSHOT_SCALE=10 SNAPSHOT_ROUNDS=500 SNAPSHOT_KILLS=100

msrv:
	@tools/need msrv
	$(CARGO) +$(MSRV) check $(LOCKED) --workspace --all-targets --target-dir target/msrv

MSRV = $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

bench: need-test
	AS_ROOT=1 $(CARGO) bench $(LOCKED) --workspace --bench figures --bench beside_rsync --bench beside_cp

deps: need-test need-web need-vm

clean:
	$(CARGO) clean

programs: need-test
	$(CARGO) build $(LOCKED) --workspace --bins

format: need-test
	$(CARGO) fmt --all --check

# In a directory of its own: cargo lets nobody else into one while it works there, and tests may run beside.
lint: need-test
	nice $(CARGO) clippy $(LOCKED) --workspace --all-targets --target-dir target/lint -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" nice $(CARGO) doc $(LOCKED) --workspace --no-deps --target-dir target/lint

scripts: need-test
	shellcheck --external-sources $(SCRIPTS)

# Pure parts, texts, config, and that the rooms keep their order.
unit: programs
	$(TEST) --lib --bins --test config --test house
	$(TEST) --test plain --test directories --test hostile --test generated --test memory
	$(TEST) --doc

# The bus and the real daemon on a private bus, with fakes beside it that can be told to fail.
bus: programs
	$(TEST) --test bus

# Veeam and the copy in random orders.
interleavings: programs
	INTERLEAVINGS_CASES=$(INTERLEAVINGS_CASES) $(TEST) --test interleavings -- --nocapture

# The status page in a headless Chromium, before the real daemon and a played one. Two browsers at once are enough for two cores.
web: need-web programs
	$(TEST) --test web -- --test-threads=2

# Real udisksd, udevd, loop devices, file systems and rsync, in namespaces of their own. First the testbed itself: when that
# is broken, no failure of a disk test means anything.
disk: programs
	$(TEST) --test disk -- testbed:: --test-threads=$(DISK_THREADS)
	$(TEST) --test disk -- --skip testbed:: --test-threads=$(DISK_THREADS)

# The same, with something that fails at a random moment.
faults: programs
	FAULT_CASES=$(FAULT_CASES) $(TEST) --test faults -- --nocapture

transfer: programs
	TRANSFER_CASES=$(TRANSFER_CASES) TRANSFER_FAULTS=$(TRANSFER_FAULTS) $(TEST) --test shared --test random --test interrupted

snapshot: programs
	SNAPSHOT_SCALE=$(SNAPSHOT_SCALE) SNAPSHOT_ROUNDS=$(SNAPSHOT_ROUNDS) SNAPSHOT_KILLS=$(SNAPSHOT_KILLS) SNAPSHOT_SEED=$(CAMPAIGN_SEED) \
	    $(TEST) --test snapshot_places --test snapshot_files --test snapshot_attributes --test snapshot_proof \
	    --test snapshot_attempt --test snapshot_removal

include packaging/package.mk

need-build need-demo need-test need-web need-deb need-vm: need-%:
	@tools/need $*
