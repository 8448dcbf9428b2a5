# SPDX-License-Identifier: GPL-2.0-or-later
# conformance-rfc2661.md is conformance-rfc2661.in with the protocol core's
# tables in it. It is committed, to be read where the sources are;
# tests/wire/test_documents.py tells when it is old.
.PHONY: docs
docs: $(B)/conformance ## write anew what of Documentation comes from the code
	$(call say,GEN,Documentation/conformance-rfc2661.md)$(B)/conformance Documentation/conformance-rfc2661.in \
		> $(B)/conformance-rfc2661.md
	@cp $(B)/conformance-rfc2661.md Documentation/conformance-rfc2661.md
