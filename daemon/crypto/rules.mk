# SPDX-License-Identifier: GPL-2.0-or-later
archives += crypto
crypto_SRCS := $(wildcard daemon/crypto/*.c)
crypto_LIBS = $(call lib,libcrypto)
