# SPDX-License-Identifier: GPL-2.0-or-later
archives += proto
proto_SRCS := $(wildcard daemon/proto/l2tp/*.c)
proto_LIBS = $(call lib,libcrypto)
