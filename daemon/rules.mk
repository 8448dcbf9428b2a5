# SPDX-License-Identifier: GPL-2.0-or-later
programs += l2tpd
l2tpd_SRCS := daemon/main.c
l2tpd_ARCHIVES := engine monitor aaa router6 crypto radius tacacs vici nd dhcpv6 ppp md5 proto ipc netlink lib
l2tpd_LIBS = $(engine_LIBS) $(monitor_LIBS) $(aaa_LIBS) $(crypto_LIBS) $(proto_LIBS) $(netlink_LIBS) $(lib_LIBS)
