# SPDX-License-Identifier: GPL-2.0-or-later
archives += tacacs
tacacs_SRCS := $(wildcard daemon/proto/tacacs/*.c)
tacacs_LIBS = $(md5_LIBS)
