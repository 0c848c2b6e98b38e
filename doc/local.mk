# SPDX-License-Identifier: MIT
# The man page's lists and the completion come from the program's own tables.
man_MANS = doc/entrytrace.1
bashcompdir = $(datadir)/bash-completion/completions
bashcomp_DATA += doc/completion/entrytrace
CLEANFILES += doc/entrytrace.1 doc/completion/entrytrace
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

# For a fleet: units for systemd, rules for Prometheus, a dashboard for Grafana.
systemdunitdir = $(prefix)/lib/systemd/system
systemdunit_DATA = doc/systemd/entrytrace-survey.service doc/systemd/entrytrace-sample.service \
	doc/systemd/entrytrace-sample.timer
fleetdir = $(docdir)/fleet
fleet_DATA = doc/fleet/entrytrace.rules.yml doc/fleet/entrytrace.rules.test.yml doc/fleet/grafana.json
dist_doc_DATA = doc/fleet.md
CLEANFILES += doc/systemd/entrytrace-survey.service doc/systemd/entrytrace-sample.service
EXTRA_DIST += doc/systemd/entrytrace-survey.service.in doc/systemd/entrytrace-sample.service.in \
	doc/systemd/entrytrace-sample.timer $(fleet_DATA)

doc/systemd/entrytrace-survey.service: doc/systemd/entrytrace-survey.service.in
	@$(MKDIR_P) doc/systemd
	$(AM_V_DOC)sed -e 's|@bindir[@]|$(bindir)|' -e 's|@metrics_group[@]|prometheus|' $< >$@.new && mv -f $@.new $@
doc/systemd/entrytrace-sample.service: doc/systemd/entrytrace-sample.service.in
	@$(MKDIR_P) doc/systemd
	$(AM_V_DOC)sed -e 's|@bindir[@]|$(bindir)|' $< >$@.new && mv -f $@.new $@
