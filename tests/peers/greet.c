/* The smallest accept-send-close server, and a client that makes many connections at a time: what a TCP service can cost.

     greet serve PORT            greets with 19 bytes until it is ended; says "ready"
     greet connect PORT N M      makes N connections, M at a time; says: answered whole, failed, connections per second
     greet flood PORT N RATE     sends N datagrams of 32 bytes, RATE in a second; says: how many went in a second */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char greeting[] = "Hello from server 3";
enum { LENGTH = sizeof greeting - 1 };

static int serve(struct sockaddr_in *where)
{
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)where, sizeof *where) || listen(listener, 4096)) { perror("greet"); return 1; }
    puts("ready");
    fflush(stdout);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0) continue;
        send(client, greeting, LENGTH, MSG_NOSIGNAL);
        close(client);
    }
}

static int connect_many(struct sockaddr_in *where, int all, int together)
{
    static int got[1 << 16];
    int open = 0, started = 0, whole = 0, failed = 0, poll = epoll_create1(0);
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    while (whole + failed < all) {
        while (open < together && started < all) {
            int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
            struct epoll_event event = { .events = EPOLLIN, .data.fd = s };
            started++;
            if (connect(s, (struct sockaddr *)where, sizeof *where) && errno != EINPROGRESS) { failed++; close(s); continue; }
            epoll_ctl(poll, EPOLL_CTL_ADD, s, &event);
            got[s] = 0;
            open++;
        }
        struct epoll_event ready[256];
        int n = epoll_wait(poll, ready, 256, 10000);
        if (n <= 0) { fprintf(stderr, "nothing for 10 s\n"); break; }
        for (int i = 0; i < n; i++) {
            char bytes[4096];
            int s = ready[i].data.fd;
            ssize_t length = recv(s, bytes, sizeof bytes, 0);
            if (length > 0) { got[s] += length; continue; }
            if (length < 0 && errno == EAGAIN) continue;
            if (length == 0 && got[s] == LENGTH) whole++; else failed++;
            close(s);
            open--;
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = end.tv_sec - begin.tv_sec + (end.tv_nsec - begin.tv_nsec) / 1e9;
    printf("%d %d %.0f\n", whole, failed, whole / seconds);
    return whole == all ? 0 : 1;
}

static int flood(struct sockaddr_in *where, long all, double rate)
{
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    struct timespec begin, now, pause = { .tv_nsec = 300000 };
    if (connect(s, (struct sockaddr *)where, sizeof *where)) { perror("greet"); return 1; }
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (long sent = 0;;) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        double seconds = now.tv_sec - begin.tv_sec + (now.tv_nsec - begin.tv_nsec) / 1e9;
        if (sent >= all) { printf("%.0f\n", all / seconds); return 0; }
        for (long due = seconds * rate; sent < due && sent < all;) {
            static char data[64][33];
            static struct iovec parts[64];
            static struct mmsghdr messages[64];
            int together = 0;
            for (; together < 64 && sent + together < due && sent + together < all; together++) {
                parts[together].iov_base = data[together];
                parts[together].iov_len = snprintf(data[together], sizeof data[together], "message %024ld", sent + together);
                messages[together].msg_hdr.msg_iov = parts + together;
                messages[together].msg_hdr.msg_iovlen = 1;
            }
            int taken = sendmmsg(s, messages, together, 0);
            if (taken <= 0) { perror("greet"); return 1; }
            sent += taken;
        }
        nanosleep(&pause, NULL);
    }
}

int main(int count, char **arguments)
{
    if (count < 3) return 2;
    struct sockaddr_in where = { .sin_family = AF_INET, .sin_port = htons(atoi(arguments[2])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    if (arguments[1][0] == 's') return serve(&where);
    if (count < 5) return 2;
    return arguments[1][0] == 'f' ? flood(&where, atol(arguments[3]), atof(arguments[4])) : connect_many(&where, atoi(arguments[3]), atoi(arguments[4]));
}
