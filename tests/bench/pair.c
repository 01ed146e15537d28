/* The least that moves images over TCP: connect, write, close; accept, read, close. One image is one connection.
   pair IMAGES BYTES ROUNDS: prints the seconds of each round, from the first connect to the last byte read. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    int images = atoi(argv[1]), bytes = atoi(argv[2]), rounds = atoi(argv[3]);
    char *data = malloc(bytes), *buffer = malloc(1 << 18);
    double *end = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memset(data, 7, bytes);
    for (int r = 0; r < rounds; r++) {
        struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t size = sizeof a;
        int listener = socket(AF_INET, SOCK_STREAM, 0);
        bind(listener, (struct sockaddr *)&a, sizeof a);
        getsockname(listener, (struct sockaddr *)&a, &size);
        listen(listener, 4096);
        pid_t child = fork();
        if (child == 0) {
            long total = 0;
            for (int i = 0; i < images; i++) {
                int c = accept(listener, 0, 0);
                for (ssize_t n; (n = read(c, buffer, 1 << 18)) > 0;) total += n;
                close(c);
            }
            *end = now();
            _exit(total == (long)images * bytes ? 0 : 1);
        }
        double start = now();
        for (int i = 0; i < images; i++) {
            int c = socket(AF_INET, SOCK_STREAM, 0);
            if (connect(c, (struct sockaddr *)&a, sizeof a)) return perror("connect"), 1;
            for (int sent = 0; sent < bytes;) {
                ssize_t n = write(c, data + sent, bytes - sent);
                if (n < 0) return perror("write"), 1;
                sent += n;
            }
            close(c);
        }
        int status;
        waitpid(child, &status, 0);
        if (status) return fprintf(stderr, "bytes are missing\n"), 1;
        printf("%.6f\n", *end - start);
        fflush(stdout);
        close(listener);
    }
    return 0;
}
