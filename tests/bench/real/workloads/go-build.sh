# SPDX-License-Identifier: MIT
about="go build of a changed program"
packages="golang-1.19-go gcc libc6-dev"
size=large
export GO111MODULE=off CGO_ENABLED=0 GOCACHE=/tmp/go-cache
prepare() { cp "$work/http.go" . && nice /usr/lib/go-1.19/bin/go build -trimpath -o http http.go; }
setup() {
	cp -r /tmp/go-cache cache
	sed 's/you asked for/you wanted/' "$work/http.go" >http.go
	export GOCACHE=/tmp/run/cache
}
program() { exec "$@" /usr/lib/go-1.19/bin/go build -p 2 -trimpath -o http http.go; }
normal() { md5sum </tmp/run/http; }
