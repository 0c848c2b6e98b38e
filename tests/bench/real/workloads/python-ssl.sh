# SPDX-License-Identifier: MIT
about="python3 with ssl and hashlib"
packages="python3.11 openssl"
size=small
prepare() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost \
		-addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem
}
program() { exec "$@" python3.11 "$work/tls.py" /tmp/prepared; }
