# SPDX-License-Identifier: GPL-2.0-or-later
# What tests of whole programs run beside them.
programs += tests/lab/ipsec-ask
tests/lab/ipsec-ask_SRCS := tests/lab/ipsec_ask.c
tests/lab/ipsec-ask_ARCHIVES := engine monitor aaa crypto radius tacacs vici md5 proto ipc netlink lib
