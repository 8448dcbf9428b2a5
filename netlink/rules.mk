# SPDX-License-Identifier: GPL-2.0-or-later
archives += netlink
netlink_SRCS := $(wildcard netlink/*.c)
netlink_LIBS = $(call lib,libnl-3.0 libnl-genl-3.0 libmnl) -pthread
netlink_CFLAGS = $(shell $(PKG_CONFIG) --cflags libnl-3.0 libnl-genl-3.0 libmnl) -pthread

# Its tests need no more than this layer.
tests/unit/test_dataplane_null_ARCHIVES := netlink lib
tests/vm/test_dataplane_ARCHIVES := netlink lib
tests/vm/test_dataplane_SRCS := $(addprefix tests/vm/,test_dataplane.c dataplane_lab.c dataplane_measure.c)
tests/vm/test_dataplane_CFLAGS = $(netlink_CFLAGS)
