# SPDX-License-Identifier: MIT
about="ruby: files, pipes, threads, sockets"
packages="ruby3.1"
size=large
program() { exec "$@" ruby3.1 --disable-gems "$work/things.rb"; }
