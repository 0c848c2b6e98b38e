<?php
// SPDX-License-Identifier: MIT
// Work as a web page does it: files, directories, JSON, hashes, expressions, sockets.
$sum = 0;
for ($i = 0; $i < 20000; $i++) {
	$name = "page" . $i % 50;
	file_put_contents($name, json_encode(["id" => $i, "words" => array_fill(0, 40, "word$i")]));
	$page = json_decode(file_get_contents($name), true);
	$sum += count($page["words"]) + strlen(hash("sha256", $page["words"][0]));
	$sum += preg_match_all('/[a-z]+\d/', implode(" ", $page["words"]));
	clearstatcache();
	$sum += filesize($name) + count(scandir("."));
}
$pair = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
for ($i = 0; $i < 100000; $i++) {
	fwrite($pair[0], "request $i\n");
	$sum += strlen(fgets($pair[1]));
}
echo $sum, "\n";
