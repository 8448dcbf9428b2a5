# SPDX-License-Identifier: GPL-2.0-or-later
archives += dhcpv6
dhcpv6_SRCS := $(wildcard daemon/proto/dhcpv6/*.c)
