# SPDX-License-Identifier: GPL-2.0-or-later
archives += engine
engine_SRCS := $(wildcard daemon/engine/*.c daemon/engine/*/*.c)
engine_LIBS = $(call lib,jansson)
