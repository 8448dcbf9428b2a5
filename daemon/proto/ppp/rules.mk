# SPDX-License-Identifier: GPL-2.0-or-later
archives += ppp
ppp_SRCS := $(wildcard daemon/proto/ppp/*.c)
