# make deb       the package for Debian 12 and 13: target/debian/asbackup_VERSION_ARCHITECTURE.deb
# make install   for packagers: DESTDIR=where to stage, PREFIX=/usr/local unless given; builds nothing
#
# Build the package on Debian 12: what is linked against its C library runs on both, the other way round it need not.

CARGO ?= cargo
PREFIX ?= /usr/local

.PHONY: deb install

deb:
	$(CARGO) build --locked --release
	packaging/deb.sh

install:
	packaging/install.sh "$(DESTDIR)" "$(PREFIX)"
