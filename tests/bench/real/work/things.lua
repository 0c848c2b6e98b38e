-- SPDX-License-Identifier: MIT
-- Files by many small writes, and work that is compiled.
local ffi = require("ffi")
ffi.cdef("int getppid(void); int access(const char *, int);")
local sum = 0
for i = 1, 40000 do
	local f = assert(io.open("file", "w"))
	f:setvbuf("no")
	for k = 1, 5 do f:write("line ", i * k, "\n") end
	f:close()
	for line in io.lines("file") do sum = sum + #line end
end
for i = 1, 600000 do sum = sum + ffi.C.access("file", 0) + (ffi.C.getppid() > 0 and 1 or 0) end
local t = {}
for i = 1, 3000000 do t[i % 1000] = (t[i % 1000] or 0) + i % 7 end
print(sum, t[7], t[999])
