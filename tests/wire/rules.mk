# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of l2tpd over loopback with the null data plane, run by scripts/check.
.PHONY: check-wire
check-wire: all ## run the tests of tests/wire alone
	L2TPD_BUILD=$(abspath $(B)) L2TPD_OUT=$(abspath $(B))/results/wire /usr/bin/python3 -m pytest \
		-q -p no:cacheprovider tests/wire
