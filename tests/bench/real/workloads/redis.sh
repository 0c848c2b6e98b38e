# SPDX-License-Identifier: MIT
about="redis-server under redis-benchmark"
packages="redis-server redis-tools"
size=small
kind=server
program() { exec "$@" redis-server --port 6379 --save "" --appendonly no --daemonize no; }
ready() { redis-cli ping; }
load() {
	redis-benchmark -n 20000 -c 20 -r 1000 -t set,get,incr,lpush,lpop >/dev/null
	redis-benchmark -n 20000 -c 20 -P 8 -t set,get >/dev/null
	redis-cli dbsize
	redis-cli get counter:__rand_int__
	redis-cli llen mylist
}
# How the random keys fall, and how many answer an empty pop, is a matter of chance.
normal() { sed 's/^[0-9]*$/N/'; }
