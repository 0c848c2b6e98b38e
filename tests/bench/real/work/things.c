/* SPDX-License-Identifier: MIT */
/* Files, threads that take turns, a socket with poll: by any C library. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static int turn;

static void *take_turns(void *mine)
{
	for (int i = 0; i < 20000; i++) {
		pthread_mutex_lock(&lock);
		while (turn != (mine != NULL))
			pthread_cond_wait(&turned, &lock);
		turn = mine == NULL;
		pthread_cond_signal(&turned);
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

static void *answer(void *socket)
{
	char text[64];
	ssize_t n;

	while ((n = recv(*(int *)socket, text, sizeof(text), 0)) > 0)
		send(*(int *)socket, text, (size_t)n, 0);
	return NULL;
}

int main(void)
{
	unsigned long sum = 0;
	pthread_t other;
	struct stat st;
	char text[64];
	int pair[2];

	for (int i = 0; i < 100000; i++) {
		FILE *f = fopen("file", i % 50 ? "a" : "w");

		fprintf(f, "line %d\n", i);
		fclose(f);
		if (stat("file", &st) == 0)
			sum += (unsigned long)st.st_size;
	}
	pthread_create(&other, NULL, take_turns, &turn);
	take_turns(NULL);
	pthread_join(other, NULL);
	socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
	pthread_create(&other, NULL, answer, &pair[1]);
	for (int i = 0; i < 40000; i++) {
		struct pollfd poll_fd = {.fd = pair[0], .events = POLLIN};

		send(pair[0], text, (size_t)snprintf(text, sizeof(text), "word %d", i), 0);
		poll(&poll_fd, 1, 5000);
		sum += (unsigned long)recv(pair[0], text, sizeof(text), 0);
	}
	shutdown(pair[0], SHUT_RDWR);
	pthread_join(other, NULL);
	printf("%lu\n", sum);
	return 0;
}
