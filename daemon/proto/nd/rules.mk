# SPDX-License-Identifier: GPL-2.0-or-later
archives += nd
nd_SRCS := $(wildcard daemon/proto/nd/*.c)
