# SPDX-License-Identifier: MIT
# The man page's lists and the completion come from the program's own tables.
man_MANS = doc/entrytrace.1
bashcompdir = $(datadir)/bash-completion/completions
bashcomp_DATA += doc/completion/entrytrace
CLEANFILES += doc/entrytrace.1 doc/completion/entrytrace
EXTRA_DIST += doc/scan.schema.json
EXTRA_DIST += doc/entrytrace.1.in NEWS

AM_V_DOC = $(am__v_DOC_@AM_V@)
am__v_DOC_ = $(am__v_DOC_@AM_DEFAULT_V@)
am__v_DOC_0 = @echo "  DOC     " $@;
am__v_DOC_1 =

doc/entrytrace.1: doc/entrytrace.1.in entrytrace$(EXEEXT)
	@$(MKDIR_P) doc
	$(AM_V_DOC)./entrytrace$(EXEEXT) --dump-options=man >$@.tables && \
		sed -e 's/@VERS[I]ON@/$(PACKAGE_VERSION)/' -e '/^@GENERATED@$$/{r $@.tables' -e 'd;}' \
			$(top_srcdir)/doc/entrytrace.1.in >$@.new && rm -f $@.tables && mv -f $@.new $@
doc/completion/entrytrace: entrytrace$(EXEEXT)
	@$(MKDIR_P) doc/completion
	$(AM_V_DOC)./entrytrace$(EXEEXT) --dump-options=completion >$@.new && mv -f $@.new $@
