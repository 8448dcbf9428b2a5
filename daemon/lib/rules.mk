# SPDX-License-Identifier: GPL-2.0-or-later
archives += lib
lib_SRCS := $(wildcard daemon/lib/*.c)
lib_LIBS = $(call lib,libevent_core libconfuse libseccomp libcap-ng)
