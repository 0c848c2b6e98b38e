// SPDX-License-Identifier: MIT
// Files, sockets on loopback, threads that wait for each other.
using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;

class Things {
	static void Main() {
		long sum = 0;
		for (int i = 0; i < 20000; i++) {
			string file = "file" + i % 30;
			File.WriteAllText(file, "line " + i);
			sum += File.ReadAllText(file).Length;
			sum += new FileInfo(file).Length;
		}
		var listener = new TcpListener(IPAddress.Loopback, 0);
		listener.Start();
		var server = new Thread(() => {
			using (var c = listener.AcceptTcpClient())
			using (var reader = new StreamReader(c.GetStream()))
			using (var writer = new StreamWriter(c.GetStream()) { AutoFlush = true }) {
				string line;
				while ((line = reader.ReadLine()) != null)
					writer.WriteLine("you said " + line);
			}
		});
		server.Start();
		using (var c = new TcpClient()) {
			c.Connect((IPEndPoint)listener.LocalEndpoint);
			var reader = new StreamReader(c.GetStream());
			var writer = new StreamWriter(c.GetStream()) { AutoFlush = true };
			for (int i = 0; i < 20000; i++) {
				writer.WriteLine("word " + i);
				sum += reader.ReadLine().Length;
			}
		}
		server.Join();
		Console.WriteLine(sum);
	}
}
