# SPDX-License-Identifier: GPL-2.0-or-later
archives += md5
md5_SRCS := $(wildcard daemon/proto/md5/*.c)
md5_LIBS = $(call lib,libcrypto)
