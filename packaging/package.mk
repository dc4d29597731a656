# make deb       the package for Debian 12 and 13: target/debian/asbackup_VERSION_ARCHITECTURE.deb
# make install   for packagers: DESTDIR=where to stage, PREFIX=/usr/local unless given; builds nothing
# make licenses  every crate's licence against deny.toml
#
# Build the package on Debian 12: what is linked against its C library runs on both, the other way round it need not.

PREFIX ?= /usr/local
BOTH := bookworm trixie
# A package built on Debian 13 can't be tried on Debian 12.
SUITES := $(or $(SUITE),$(if $(filter trixie,$(shell . /etc/os-release && echo $$VERSION_CODENAME)),trixie,$(BOTH)))

.PHONY: deb install test-vm licenses

deb: need-deb
	$(CARGO) build --locked --release
	$(MAKE_PAGES)
	packaging/deb.sh

install:
	packaging/install.sh "$(DESTDIR)" "$(PREFIX)"

# One machine for all scenarios, which take turns: threads would only wait for each other.
test-vm: need-vm deb
	packaging/check-deb
	@for suite in $(if $(SUITE),,$(filter-out $(SUITES),$(BOTH))); do echo "skipped: $$suite: this package was built on a newer Debian"; done
	set -e; for suite in $(SUITES); do SUITE=$$suite $(TEST) --test vm_debian -- --test-threads=1; done

licenses:
	$(CARGO) test --locked --test house licenses::
