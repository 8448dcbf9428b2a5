# SPDX-License-Identifier: GPL-2.0-or-later
archives += aaa
aaa_SRCS := $(wildcard daemon/aaa/*.c)
aaa_LIBS = $(radius_LIBS) $(call lib,libssl libcrypto) -lpthread
