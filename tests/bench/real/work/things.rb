# SPDX-License-Identifier: MIT
# Files, a socket between threads, queues, and programs that are started.
require "socket"
sum = 0
12000.times do |i|
  name = "file#{i % 30}"
  File.write(name, "line #{i}\n" * 20)
  sum += File.read(name).length + File.size(name)
end
server = TCPServer.new("127.0.0.1", 0)
thread = Thread.new do
  c = server.accept
  while (line = c.gets)
    c.puts "you said #{line}"
  end
end
c = TCPSocket.new("127.0.0.1", server.addr[1])
30000.times do |i|
  c.puts "word #{i}"
  sum += c.gets.length
end
c.close
thread.join
queue, answers = Queue.new, Queue.new
worker = Thread.new { while (n = queue.pop) do answers << n * 2 end }
30000.times { |i| queue << i; sum += answers.pop }
queue << nil
worker.join
20.times { sum += `echo word`.length }
puts sum
