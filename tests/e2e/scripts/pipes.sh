# SPDX-License-Identifier: MIT
# Pipelines, subshells, command substitution, here-documents.
count=$($BB seq 1 200 | $BB grep 7 | $BB wc -l)
echo "sevens: $count"
(
	cd / && echo "inside: $($BB pwd)"
	exit 3
)
echo "subshell: $?"
$BB seq 1 1000 | $BB sort -n -r | $BB head -n 3
$BB cat <<END | $BB tr a-z A-Z
a here-document, $count
END
echo "$(echo "$(echo "$(echo nested)")")"
$BB false | $BB true
echo "last of a pipeline: $?"
$BB sh -c 'kill -9 $$'
echo "killed: $?"
$BB no-such-applet 2>/dev/null
echo "missing: $?"
