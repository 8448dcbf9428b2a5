# SPDX-License-Identifier: GPL-2.0-or-later
# The load generator; tests/bench/run uses it and prints the figures.
programs += tests/bench/l2tp-load
tests/bench/l2tp-load_SRCS := $(wildcard tests/bench/*.c)
tests/bench/l2tp-load_ARCHIVES := proto lib
tests/bench/l2tp-load_LIBS = $(call lib,jansson)

.PHONY: bench
bench: all ## measure calls per second and memory (prints figures, asserts nothing)
	tests/bench/run --build $(B)
