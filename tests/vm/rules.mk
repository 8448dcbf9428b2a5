# SPDX-License-Identifier: GPL-2.0-or-later
# C programs that need a kernel of their own; test_programs.py runs each as one
# test of the VM suite.
vm_programs += $(patsubst %.c,%,$(wildcard tests/vm/test_*.c))
