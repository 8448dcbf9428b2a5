# SPDX-License-Identifier: GPL-2.0-or-later
# Recorded calls, for the tests that read them.
tests/unit/test_codec_vector_LIBS = $(call lib,jansson)
