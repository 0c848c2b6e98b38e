# SPDX-License-Identifier: MIT
# history.sh FOLDER COMMITS: makes a repository whose files change, by fast-import.
. "$(dirname "$0")/git-env.sh"
git init -q "$1" && cd "$1" || exit 1
c=0
while [ $c -lt "$2" ]; do
	c=$((c + 1))
	echo "commit refs/heads/main"
	echo "mark :$c"
	echo "committer C <c@example.org> $((1700000000 + c)) +0000"
	text="change number $c"
	printf 'data %d\n%s\n' ${#text} "$text"
	[ $c -eq 1 ] || echo "from :$((c - 1))"
	for file in $((c % 40)) $((c % 7 + 40)) $((c * 3 % 50)); do
		echo "M 100644 inline folder$((file % 5))/file$file"
		echo "data <<END"
		i=0
		while [ $i -lt 60 ]; do echo "line $i of file $file, $((i * c % 11))"; i=$((i + 1)); done
		echo END
	done
done | git fast-import --quiet
git reset -q --hard main
