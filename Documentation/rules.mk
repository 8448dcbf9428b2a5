# SPDX-License-Identifier: GPL-2.0-or-later
# conformance-rfc2661.md and -rfc3931.md are the .in files of that name with the
# protocol core's tables in them. They are committed, to be read where the
# sources are; tests/wire/test_documents.py tells when one is old.
define conformance
	$(call say,GEN,Documentation/conformance-$(2).md)$(B)/conformance $(1) Documentation/conformance-$(2).in \
		> $(B)/conformance-$(2).md
	@cp $(B)/conformance-$(2).md Documentation/conformance-$(2).md

endef

.PHONY: docs
docs: $(B)/conformance ## write anew what of Documentation comes from the code
	$(call conformance,2,rfc2661)
	$(call conformance,3,rfc3931)
