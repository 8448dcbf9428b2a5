# SPDX-License-Identifier: GPL-2.0-or-later
# Every test_*.c here is a test program; what the others define is in an
# archive that all test programs can use.
unit_tests += $(patsubst %.c,%,$(wildcard tests/exchange/test_*.c))
archives += tests_exchange
tests_exchange_SRCS := $(filter-out tests/exchange/test_%,$(wildcard tests/exchange/*.c))
tests/exchange/test_cisco_LIBS = $(call lib,jansson)
