# SPDX-License-Identifier: MIT
# Turns one guest's console into the TAP of the whole: results numbered on from
# `first` and prefixed with `guest`. The last line is "@count N", the number of
# results printed. What the console lacks (a plan, a result, its end) is a result
# that fails; when it lacks its end, the last of it is shown.
#
# -v guest=NAME -v first=N -v status=QEMU's
function result(ok, text)
{
	print (ok ? "ok " : "not ok ") (first + results++) " - " guest ": " text
}

function close_program(text)
{
	if (program == "")
		return
	if (text != "")
		result(0, program " " text)
	else if (plan == "")
		result(0, program " printed no plan")
	else if (seen != plan)
		result(0, program " planned " plan " results and gave " seen)
	program = ""
}

{ sub(/\r$/, ""); tail[NR % 60] = $0 }

ended { next }

$1 == "@test" {
	close_program("was cut off")
	program = $2
	plan = ""
	seen = program_failed = 0
	next
}

$1 == "@done" {
	if ($3 != 0 && !program_failed)
		close_program($3 == 137 ? "ran out of time and was killed" : "exited with status " $3)
	else
		close_program("")
	next
}

$1 == "@end" { close_program("was cut off"); ended = 1; next }

program != "" && /^1\.\.[0-9]+/ {
	plan = substr($1, 4)
	if (plan == 0) {
		plan = seen = 0
		sub(/^[^#]*/, "")
		print "ok " (first + results++) " - " guest ": " program ($0 != "" ? " " $0 : " # SKIP")
	}
	next
}

program != "" && /^(not )?ok( |$)/ {
	seen++
	bad = /^not / && !/# *TODO/
	if (bad)
		program_failed = 1
	text = $0
	sub(/^(not )?ok *[0-9]* *(- *)?/, "", text)
	print (/^not / ? "not ok " : "ok ") (first + results++) " - " guest ": " text
	next
}

program != "" && /^Bail out!/ { sub(/^Bail out! */, ""); close_program("bailed out: " $0); next }

/^#/ { print "# " guest ": " substr($0, 3); next }

program != "" && $0 != "" { print "# " guest "> " $0 }

END {
	close_program("was cut off")
	if (status == 124 || status == 137)
		result(0, "the guest ran to its end in time")
	else if (!ended)
		result(0, "the guest ran to its end (status " status " of QEMU)")
	else if (results == 0)
		result(0, "the guest gave a result")
	if (!ended) {
		print "# " guest ": the end of its console:"
		for (i = NR - 39; i <= NR; i++)
			if (i > 0)
				print "# " guest "| " tail[i % 60]
	}
	print "@count " results
}
