# SPDX-License-Identifier: GPL-2.0-or-later
# C programs that need a kernel of their own; test_programs.py runs each as one
# test of the VM suite. What the other files define is in an archive.
vm_programs += $(patsubst %.c,%,$(wildcard tests/vm/test_*.c))
archives += tests_vm
tests_vm_SRCS := $(filter-out tests/vm/test_%,$(wildcard tests/vm/*.c))
