# make demo    from here to a finished copy on a virtual disk, with live progress; leaves nothing on the machine
# make test    everything that must hold: format, lints, scripts, and all tiers of tests
# make check   the quick part of it: format, lints, unit tests and the bus
# make bench   figures, each against its peer; BENCH_QUICK=1 for a short look
# make build   the release build in target/release, man pages and completions in target/pages
# make deps    installs what all of these need; each does so by itself for its part
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
# Tests that make disks run as root; cargo itself never does for an ordinary user. A variable of its own, since the commas in it
# would end the words of $(if).
ROOT_RUNNER := --config 'target."cfg(unix)".runner = ["sudo", "--preserve-env=CI,PATH,SUITE,BENCH_QUICK,FAULT_SEED,FAULT_CASES,FAULT_BENCHES,VM_FAULT_SEED,VM_FAULT_CASES,TRANSFER_CASES,TRANSFER_FAULTS"]'
AS_ROOT := $(if $(SUDO),$(ROOT_RUNNER))
# Each of these tests is a whole small machine, and two copy at once without slowing each other into time-outs.
DISK_THREADS := 2
SCRIPTS := tools/need .ci/run demo/demo.sh demo/scenes.sh crates/testing/machine/init.sh $(wildcard packaging/*.sh) packaging/bare-root \
           packaging/check-deb packaging/veeam-ssh packaging/debian/postinst packaging/debian/postrm tests/vm/vm_debian/root/build

.PHONY: build demo check test beside bench deps clean format lint scripts unit bus interleavings web disk need-build need-demo need-test need-web need-deb need-vm

build: need-build
	$(CARGO) build $(LOCKED) --release
	$(MAKE_PAGES)

# Built anew, release and debug take the same time; and this one the figures are about.
demo: need-demo
	$(CARGO) build $(LOCKED) --release
	$(SUDO) demo/demo.sh target/release/asbackupd

check: format lint unit bus

# The virtual machine takes as long as all the rest and leaves half of the processor idle, so all the rest runs beside it, one
# after the other. All packages first: two apt-gets at once would lock each other out.
test: need-test need-web need-vm
	$(MAKE) --jobs=2 --keep-going --output-sync=target test-vm beside

# One after the other: make would take them in whatever order its two hands become free, and the machine last. The lints build
# everything once more, so they come when the release build is long done. That one is what the machine waits for, and all waits for
# the machine, so the build of the tests takes what it leaves.
beside: need-test
	nice $(CARGO) test $(LOCKED) --no-run
	$(MAKE) --jobs=1 --keep-going format scripts unit bus web disk interleavings lint

bench: need-test
	$(CARGO) bench $(LOCKED) $(AS_ROOT) --bench figures
	$(CARGO) bench $(LOCKED) $(AS_ROOT) --package asbackup-transfer --bench beside_rsync

deps: need-test need-web need-vm

clean:
	$(CARGO) clean

format: need-test
	$(CARGO) fmt --all --check

lint: need-test
	$(CARGO) clippy $(LOCKED) --workspace --all-targets -- --deny warnings

scripts: need-test
	shellcheck --external-sources $(SCRIPTS)

# Pure parts, texts, config, and that the rooms keep their order.
unit: need-test
	$(CARGO) test $(LOCKED) --lib --bins --test config --test house
	$(CARGO) test $(LOCKED) --package xtask
	$(CARGO) test $(LOCKED) --package asbackup-transfer --lib --test plain
	$(CARGO) test $(LOCKED) --package asbackup-veeam-repo

# The bus and the real daemon on a private bus, with fakes beside it that can be told to fail.
bus: need-test
	$(CARGO) test $(LOCKED) --test bus

# Veeam and the copy in ten thousand random orders; INTERLEAVINGS_SEED=… plays one batch again.
interleavings: need-test
	$(CARGO) test $(LOCKED) --test interleavings

# The status page in a headless Chromium, before the real daemon and a played one. Two browsers at once are enough for two cores.
web: need-web
	$(CARGO) test $(LOCKED) $(AS_ROOT) --test web -- --test-threads=$(DISK_THREADS)

# Real udisksd, udevd, loop devices, file systems and rsync, in namespaces of their own. First the bench itself: when that
# is broken, no failure of a disk test means anything. Last the fault campaign, which prints a seed for each case: FAULT_SEED=…
# plays one again.
disk: need-test
	$(CARGO) test $(LOCKED) $(AS_ROOT) --test disk -- bench:: --test-threads=$(DISK_THREADS)
	$(CARGO) test $(LOCKED) $(AS_ROOT) --test disk -- --skip bench:: --test-threads=$(DISK_THREADS)
	$(CARGO) test $(LOCKED) $(AS_ROOT) --test faults -- --nocapture
	$(CARGO) test $(LOCKED) $(AS_ROOT) --package asbackup-transfer

include packaging/package.mk

need-build need-demo need-test need-web need-deb need-vm: need-%:
	@tools/need $*
