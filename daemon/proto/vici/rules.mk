# SPDX-License-Identifier: GPL-2.0-or-later
archives += vici
vici_SRCS := $(wildcard daemon/proto/vici/*.c)
