// SPDX-License-Identifier: MIT
// Files, threads that hand work on, sockets on loopback.
import java.io.*;
import java.net.*;
import java.nio.file.*;
import java.security.MessageDigest;
import java.util.concurrent.*;

public class Things {
	static void serve(ServerSocket server) {
		try (Socket s = server.accept()) {
			BufferedReader in = new BufferedReader(new InputStreamReader(s.getInputStream()));
			OutputStream out = s.getOutputStream();
			for (String line; (line = in.readLine()) != null;)
				out.write(("you said " + line + "\n").getBytes());
		} catch (IOException e) {
			System.out.println(e);
		}
	}

	public static void main(String[] arguments) throws Exception {
		MessageDigest hash = MessageDigest.getInstance("SHA-256");
		for (int i = 0; i < 6000; i++) {
			Path file = Path.of("file" + i % 30);
			Files.writeString(file, ("line " + i + "\n").repeat(20));
			hash.update(Files.readAllBytes(file));
			if (!Files.exists(file) || Files.size(file) == 0)
				System.out.println("no file");
		}
		try (ServerSocket server = new ServerSocket(0)) {
			Thread thread = new Thread(() -> serve(server));
			thread.start();
			try (Socket s = new Socket("127.0.0.1", server.getLocalPort())) {
				BufferedReader in = new BufferedReader(new InputStreamReader(s.getInputStream()));
				for (int i = 0; i < 10000; i++) {
					s.getOutputStream().write(("word " + i + "\n").getBytes());
					hash.update(in.readLine().getBytes());
				}
			}
			thread.join();
		}
		ExecutorService pool = Executors.newFixedThreadPool(4);
		long sum = 0;
		for (int i = 0; i < 10000; i++) {
			final int n = i;
			sum += pool.submit(() -> n % 7).get();
		}
		pool.shutdown();
		System.out.println(sum + " " + new java.math.BigInteger(1, hash.digest()).toString(16));
	}
}
