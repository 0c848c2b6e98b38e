# SPDX-License-Identifier: MIT
about="a Go server and client of HTTP on loopback"
packages="golang-1.19-go gcc libc6-dev"
size=small
prepare() {
	[ ! "$kept/go-http" -nt "$work/http.go" ] || return 0
	export GOCACHE=/tmp/go-cache GOFLAGS=-mod=mod GO111MODULE=off CGO_ENABLED=0
	cp "$work/http.go" . && nice /usr/lib/go-1.19/bin/go build -o "$kept/go-http.new" http.go &&
		mv "$kept/go-http.new" "$kept/go-http"
}
program() { exec "$@" "$kept/go-http"; }
