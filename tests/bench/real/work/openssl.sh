# SPDX-License-Identifier: MIT
for digest in md5 sha1 sha256 sha512; do openssl dgst -$digest <"$1"; done
openssl enc -aes-256-cbc -pbkdf2 -k key -S 0011223344556677 -in "$1" | openssl dgst -sha1
i=0
while [ $i -lt 20 ]; do
	i=$((i + 1))
	openssl ecparam -genkey -name prime256v1 -noout -out key.pem
	openssl req -x509 -new -key key.pem -subj /CN=test -days 3 -out cert.pem
	openssl verify -CAfile cert.pem cert.pem
done
