# SPDX-License-Identifier: MIT
about="java: files, threads, sockets"
packages="openjdk-17-jre-headless openjdk-17-jdk-headless"
size=large
java=/usr/lib/jvm/java-17-openjdk-i386/bin
prepare() { $java/javac -d . "$work/Things.java"; }
program() { exec "$@" $java/java -Xshare:off -XX:-UsePerfData -cp /tmp/prepared Things; }
