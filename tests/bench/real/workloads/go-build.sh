# SPDX-License-Identifier: MIT
about="go build and go vet of a program"
packages="golang-1.19-go gcc libc6-dev"
size=large
prepare() {
	export GOFLAGS=-mod=mod GO111MODULE=off CGO_ENABLED=0
	cp "$work/http.go" .
}
setup() { cp /tmp/prepared/http.go . && export GOCACHE=/tmp/run/cache; }
program() { exec "$@" /usr/lib/go-1.19/bin/go build -p 2 -trimpath -o http http.go; }
normal() { cat && md5sum /tmp/run/http; }
