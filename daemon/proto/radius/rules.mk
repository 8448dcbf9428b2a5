# SPDX-License-Identifier: GPL-2.0-or-later
archives += radius
radius_SRCS := $(wildcard daemon/proto/radius/*.c)
radius_LIBS = $(md5_LIBS)
