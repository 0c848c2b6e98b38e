# SPDX-License-Identifier: MIT
# One stressor after the other, each by a number of operations.
while read -r name ops; do
	stress-ng --no-rand-seed --timeout 60 --$name 1 --$name-ops $ops >/dev/null 2>&1
	echo "$name $?"
done <<END
access 50
chdir 500
clone 100
dup 300
epoll 500
eventfd 5000
fault 2000
fifo 5000
flock 5000
fork 200
futex 5000
getdent 200
mmap 5
mprotect 500
msg 5000
nanosleep 50
pipe 5000
poll 300
pthread 100
sem 5000
sigsuspend 2000
sock 10
sockpair 5000
vm 50
END
