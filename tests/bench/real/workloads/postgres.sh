# SPDX-License-Identifier: MIT
about="postgres under pgbench"
packages="postgresql-15"
size=large
kind=server
bin=/usr/lib/postgresql/15/bin
prepare() {
	$bin/initdb -D data -U bench -A trust --no-sync --no-locale &&
		echo "fsync = off
		unix_socket_directories = '/tmp'
		listen_addresses = ''
		max_connections = 20
		autovacuum = off" >>data/postgresql.conf
}
setup() { cp -r /tmp/prepared/data data && chmod 700 data; }
program() { exec "$@" $bin/postgres -D data; }
ready() { $bin/psql -h /tmp -U bench -c 'select 1' postgres; }
load() {
	$bin/pgbench -h /tmp -U bench -i -s 2 -q postgres
	$bin/pgbench -h /tmp -U bench -c 4 -t 1000 --random-seed=1 postgres
	$bin/pgbench -h /tmp -U bench -S -c 4 -t 5000 --random-seed=1 postgres
	$bin/psql -h /tmp -U bench -A -t -c 'select count(*), sum(abalance) from pgbench_accounts' postgres
}
normal() { grep -E '^number of (transactions|failed)|\|'; }
