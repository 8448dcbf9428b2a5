# SPDX-License-Identifier: GPL-2.0-or-later
# l2tpctl; everything but main() is an archive, so that the unit test links it.
archives += ctl
ctl_SRCS := $(filter-out daemon/ctl/main.c,$(wildcard daemon/ctl/*.c))
ctl_LIBS = $(call lib,jansson smartcols)
daemon_ctl_output_CFLAGS = $(shell $(PKG_CONFIG) --cflags smartcols)

programs += l2tpctl
l2tpctl_SRCS := daemon/ctl/main.c
l2tpctl_ARCHIVES := ctl lib

# Writes the commands' section of the manual page anew from the command table;
# the unit test fails when they differ.
.PHONY: l2tpctl-man
l2tpctl-man: $(B)/l2tpctl
	$(B)/l2tpctl --man >$(B)/l2tpctl.commands
	sed -i -e '/^\.\\" commands: begin/r $(B)/l2tpctl.commands' \
		-e '/^\.\\" commands: begin/,/^\.\\" commands: end/{/^\.\\" commands: /!d}' \
		Documentation/l2tpctl.8
