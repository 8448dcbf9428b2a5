# SPDX-License-Identifier: GPL-2.0-or-later
archives += monitor
monitor_SRCS := $(wildcard daemon/monitor/*.c)
monitor_LIBS = $(call lib,libcrypto) $(if $(HAVE_SYSTEMD),$(call lib,libsystemd))
