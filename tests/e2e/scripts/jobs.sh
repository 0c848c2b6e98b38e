# SPDX-License-Identifier: MIT
# Background jobs, wait, traps, signals to itself.
work() {
	i=0
	while [ $i -lt 50 ]; do
		i=$((i + 1))
	done
	$BB true
	return "$1"
}
work 3 &
first=$!
work 4 &
second=$!
wait $second
echo "second: $?"
wait $first
echo "first: $?"
trap 'echo "trapped USR1"' USR1
kill -USR1 $$
trap 'echo "on exit"' EXIT
for n in 1 2 3 4 5 6 7 8; do
	work $n &
done
wait
echo "all waited for"
# Killed only when it has become another program: bash may lose a signal before that.
$BB mkfifo "$1/ready"
$BB sh -c 'echo up >"$0"; exec "$BB" sleep 60' "$1/ready" &
read -r up <"$1/ready"
kill $!
wait $!
echo "$up, terminated: $?"
exit 5
