# make deb       the package for Debian 12 and 13: target/debian/asbackup_VERSION_ARCHITECTURE.deb
# make install   for packagers: DESTDIR=where to stage, PREFIX=/usr/local unless given; builds nothing
# make test-vm   the package in a virtual machine with real USB disks; SUITE=bookworm or trixie, the Debian of this machine unless given
# make licenses  every crate's licence against deny.toml
#
# Build the package on Debian 12: what is linked against its C library runs on both, the other way round it need not.

PREFIX ?= /usr/local
# Where this machine is neither, the package is as good as the older one's.
SUITE ?= $(or $(filter bookworm trixie,$(shell . /etc/os-release && echo $$VERSION_CODENAME)),bookworm)

.PHONY: deb install test-vm licenses

deb: need-deb
	$(CARGO) build --locked --release
	$(MAKE_PAGES)
	packaging/deb.sh

install:
	packaging/install.sh "$(DESTDIR)" "$(PREFIX)"

# One machine for all scenarios, which take turns: threads would only wait for each other. As a release build, which is there by
# then; the machine would else wait until all other tests are built.
test-vm: need-vm deb
	packaging/check-deb
	SUITE=$(SUITE) $(CARGO) test --locked --release $(AS_ROOT) --package asbackup-vm -- --test-threads=1

licenses:
	$(CARGO) test --locked --test house licenses::
