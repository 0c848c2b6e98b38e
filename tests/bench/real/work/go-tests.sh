# SPDX-License-Identifier: MIT
# Each package's tests in its own folder, as go test runs them.
for package in io/ioutil net/http os os/exec os/signal path/filepath sync time; do
	cd /usr/share/go-1.19/src/$package || exit 1
	"$1/$(echo $package | tr / -)" -test.short -test.v -test.timeout 200s
done
