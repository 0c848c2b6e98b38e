# SPDX-License-Identifier: MIT
"""Files, processes, pipes, signals and exceptions: the same calls every time."""
import os
import signal
import sys
import time

folder = sys.argv[1]
os.chdir(folder)

for i in range(20):
    with open("file%d" % i, "w") as f:
        f.write("line\n" * i)
print(sorted(os.listdir("."))[:3], sum(os.stat("file%d" % i).st_size for i in range(20)))

reader, writer = os.pipe()
for i in range(3):
    child = os.fork()
    if child == 0:
        os.write(writer, b"child %d\n" % i)
        os._exit(i)
    print(os.waitpid(child, 0)[1] >> 8, os.read(reader, 100))

caught = []
signal.signal(signal.SIGUSR1, lambda number, frame: caught.append(number))
for i in range(10):
    os.kill(os.getpid(), signal.SIGUSR1)
print(len(caught))

missing = 0
for i in range(50):
    try:
        os.stat("nothing%d" % i)
    except FileNotFoundError:
        missing += 1
print(missing, sum(os.getppid() > 0 for i in range(500)), time.time() > 0)
for name in os.listdir("."):
    os.unlink(name)
