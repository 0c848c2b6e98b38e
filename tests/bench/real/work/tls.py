# SPDX-License-Identifier: MIT
# Requests over TLS between two threads, files that are hashed, small messages.
import hashlib, os, socket, ssl, sys, threading

folder = sys.argv[1]
cert, key = folder + "/cert.pem", folder + "/key.pem"
server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server_side.load_cert_chain(cert, key)
client_side = ssl.create_default_context(cafile=cert)
listener = socket.create_server(("127.0.0.1", 0))
CONNECTIONS, REQUESTS = 60, 200


def serve():
    for _ in range(CONNECTIONS):
        plain, _ = listener.accept()
        with server_side.wrap_socket(plain, server_side=True) as s:
            for _ in range(REQUESTS):
                request = s.recv(4096)
                s.sendall(hashlib.sha256(request).digest() * 32)


thread = threading.Thread(target=serve)
thread.start()
seen = hashlib.sha512()
for c in range(CONNECTIONS):
    with socket.create_connection(listener.getsockname()) as plain:
        with client_side.wrap_socket(plain, server_hostname="localhost") as s:
            for r in range(REQUESTS):
                s.sendall(b"request %d of connection %d" % (r, c))
                got = b""
                while len(got) < 1024:
                    got += s.recv(4096)
                seen.update(got)
thread.join()
for i in range(8000):
    with open("file", "wb") as f:
        f.write(b"line %d\n" % i * 200)
    with open("file", "rb") as f:
        seen.update(hashlib.file_digest(f, "sha1").digest())
    os.stat("file")
print(seen.hexdigest())
