# SPDX-License-Identifier: GPL-2.0-or-later
# The load generators; tests/bench/run and tests/bench/vm use them and print the figures.
programs += tests/bench/l2tp-load tests/bench/ppp-load tests/bench/aaa-load
tests/bench/aaa-load_SRCS := $(wildcard tests/bench/aaa_*.c)
tests/bench/aaa-load_ARCHIVES := aaa crypto radius tacacs vici md5 proto ipc lib
tests/bench/ppp-load_SRCS := $(wildcard tests/bench/ppp_*.c) tests/bench/drive.c tests/bench/net.c
tests/bench/ppp-load_ARCHIVES := proto lib
tests/bench/ppp-load_LIBS = $(call lib,jansson)
tests/bench/l2tp-load_SRCS := $(filter-out tests/bench/ppp_% tests/bench/aaa_%,$(wildcard tests/bench/*.c))
tests/bench/l2tp-load_ARCHIVES := proto lib
tests/bench/l2tp-load_LIBS = $(call lib,jansson)

.PHONY: bench bench-vm
bench: all ## measure calls per second and memory (prints figures, asserts nothing)
	tests/bench/run --build $(B)
bench-vm: all ## the same with pppd, in the VM, against xl2tpd (prints figures)
	@scripts/deps vm
	L2TPD_BUILD=$(abspath $(B)) tests/bench/vm
