# SPDX-License-Identifier: MIT
about="nginx under ab, without and with keep-alive"
packages="nginx-light apache2-utils"
size=small
kind=server
setup() {
	mkdir logs pages
	i=0
	while [ $i -lt 200 ]; do echo "a line of the page, number $i"; i=$((i + 1)); done >pages/index.html
	cat >nginx.conf <<-'END'
		daemon off;
		worker_processes 1;
		pid nginx.pid;
		error_log stderr;
		events { worker_connections 256; }
		http {
			access_log logs/access.log;
			client_body_temp_path logs; proxy_temp_path logs; fastcgi_temp_path logs;
			uwsgi_temp_path logs; scgi_temp_path logs;
			server { listen 127.0.0.1:8080; root pages; }
		}
	END
}
program() { exec "$@" nginx -p /tmp/run/ -c nginx.conf; }
ready() { ab -n 1 http://127.0.0.1:8080/index.html; }
load() {
	ab -q -n 10000 -c 10 http://127.0.0.1:8080/index.html
	ab -q -k -n 20000 -c 10 http://127.0.0.1:8080/index.html
}
normal() { grep -E '^(Complete|Failed|Non-2xx|HTML transferred)'; }
