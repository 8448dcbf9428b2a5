# SPDX-License-Identifier: GPL-2.0-or-later
# Every test_*.c here is a test program; what the others define is in an
# archive that all test programs can use.
unit_tests += $(patsubst %.c,%,$(wildcard tests/unit/test_*.c))
archives += tests_unit
tests_unit_SRCS := $(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c))
