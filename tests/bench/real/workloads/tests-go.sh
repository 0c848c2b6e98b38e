# SPDX-License-Identifier: MIT
about="Go's own tests: net/http, os, os/exec, net, sync, time"
packages="golang-1.19-go golang-1.19-src gcc libc6-dev"
size=tests
seconds=900
export GOCACHE=/tmp/go-cache GO111MODULE=off CGO_ENABLED=0
# Built once, and kept.
prepare() {
	mkdir -p "$kept/go-tests" && cd /usr/share/go-1.19/src || return 1
	for package in io/ioutil net/http os os/exec os/signal path/filepath sync time; do
		file=$kept/go-tests/$(echo $package | tr / -)
		[ -e "$file" ] || { nice /usr/lib/go-1.19/bin/go test -c -o "$file.new" $package && mv "$file.new" "$file"; }
	done
}
program() { exec "$@" sh "$work/go-tests.sh" "$kept/go-tests"; }
# The order of parallel ones differs; only the verdicts are compared.
normal() { sed -nE 's/^ *--- ((PASS|FAIL|SKIP): [^ ]*).*/\1/p; s/^(PASS|FAIL)$/\1/p' | sort; }
