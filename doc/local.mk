# SPDX-License-Identifier: MIT
# The man page's lists and the completion come from the program's own tables.
man_MANS = doc/entrytrace.1
bashcompdir = $(datadir)/bash-completion/completions
bashcomp_DATA += doc/completion/entrytrace
zshcompdir = $(datadir)/zsh/site-functions
zshcomp_DATA = doc/completion/_entrytrace
fishcompdir = $(datadir)/fish/vendor_completions.d
fishcomp_DATA = doc/completion/entrytrace.fish
CLEANFILES += doc/entrytrace.1 doc/completion/entrytrace doc/completion/_entrytrace doc/completion/entrytrace.fish
EXTRA_DIST += doc/entrytrace.1.in NEWS
dist_doc_DATA = doc/trace.schema.json doc/calibration.schema.json doc/compare.schema.json doc/scan.schema.json

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
doc/completion/_entrytrace: entrytrace$(EXEEXT)
	@$(MKDIR_P) doc/completion
	$(AM_V_DOC)./entrytrace$(EXEEXT) --dump-options=zsh >$@.new && mv -f $@.new $@
doc/completion/entrytrace.fish: entrytrace$(EXEEXT)
	@$(MKDIR_P) doc/completion
	$(AM_V_DOC)./entrytrace$(EXEEXT) --dump-options=fish >$@.new && mv -f $@.new $@

# For a fleet: units for systemd, rules for Prometheus, a dashboard for Grafana.
systemdunitdir = $(prefix)/lib/systemd/system
systemdunit_DATA = doc/systemd/entrytrace-survey.service doc/systemd/entrytrace-sample.service \
	doc/systemd/entrytrace-sample.timer
fleetdir = $(docdir)/fleet
fleet_DATA = doc/fleet/entrytrace.rules.yml doc/fleet/entrytrace.rules.test.yml doc/fleet/grafana.json
dist_doc_DATA += doc/fleet.md
CLEANFILES += doc/systemd/entrytrace-survey.service doc/systemd/entrytrace-sample.service
EXTRA_DIST += doc/systemd/entrytrace-survey.service.in doc/systemd/entrytrace-sample.service.in \
	doc/systemd/entrytrace-sample.timer $(fleet_DATA)

doc/systemd/entrytrace-survey.service: doc/systemd/entrytrace-survey.service.in
	@$(MKDIR_P) doc/systemd
	$(AM_V_DOC)sed -e 's|@bindir[@]|$(bindir)|' -e 's|@metrics_group[@]|prometheus|' $< >$@.new && mv -f $@.new $@
doc/systemd/entrytrace-sample.service: doc/systemd/entrytrace-sample.service.in
	@$(MKDIR_P) doc/systemd
	$(AM_V_DOC)sed -e 's|@bindir[@]|$(bindir)|' $< >$@.new && mv -f $@.new $@
