// What the bare loops and the clients share: sockets, epoll, the clock. Everything speaks over loopback only.
#pragma once
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static inline void die(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

// Whoever started us is gone: so are we. A benchmark that was killed leaves nothing behind.
static inline void end_with_parent(void) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  signal(SIGPIPE, SIG_IGN);
}

// As many descriptors as we may have at all.
static inline void raise_descriptors(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

static inline int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static inline struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static inline void no_delay(int fd) {
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// Listens on 127.0.0.1 (port 0: the kernel's choice) and says where, on a line of its own.
static inline int listen_on(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
  struct sockaddr_in address = loopback(port);
  socklen_t size = sizeof address;
  if (fd < 0) die("socket");
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) die("bind");
  if (listen(fd, 4096) < 0) die("listen");
  if (getsockname(fd, (struct sockaddr *)&address, &size) < 0) die("getsockname");
  printf("listening %d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

// Begins a connection to 127.0.0.1:port, from 127.0.0.`source` unless that is 0.
static inline int connect_to(int port, int source, int receive_buffer) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
  struct sockaddr_in address = loopback(port);
  if (fd < 0) return -1;
  if (receive_buffer) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  if (source) {
    struct sockaddr_in from = loopback(0);
    from.sin_addr.s_addr = htonl((INADDR_LOOPBACK & 0xFFFFFF00u) + (uint32_t)source);
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&from, sizeof from) < 0) die("bind to a loopback source");
  }
  no_delay(fd);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS) {
    int failure = errno;
    close(fd);
    errno = failure;
    return -1;
  }
  return fd;
}

// Registered once, edge-triggered, for both directions: as a proxy that is fast does it.
static inline void watch(int epoll, int fd, void *owner) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = owner};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
}

// Readiness as it is remembered between edges. A short read says that the socket is empty, so that no second recv is
// needed to learn it; only once the peer has ended is it read until it says so.
struct readiness {
  bool is_readable, has_ended;
};

static inline void note(struct readiness *readiness, uint32_t events) {
  if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) readiness->is_readable = true;
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) readiness->has_ended = true;
}

// recv, with the readiness kept: more than 0 octets, 0 for nothing now, -1 for an end.
static inline ssize_t take(int fd, struct readiness *readiness, char *into, size_t size) {
  ssize_t count = recv(fd, into, size, 0);
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) return -1;
  if (count < 0 || ((size_t)count < size && !readiness->has_ended)) readiness->is_readable = false;
  return count < 0 ? 0 : count;
}

// Counts heads' ends ("\r\n\r\n") in octets that come in pieces; *state is 0 at first.
static inline int heads_ended(const char *octets, size_t count, int *state) {
  int heads = 0, at = *state;
  for (size_t i = 0; i < count; i++) {
    char octet = octets[i];
    at = octet == "\r\n\r\n"[at] ? at + 1 : octet == '\r';
    if (at == 4) heads++, at = 0;
  }
  *state = at;
  return heads;
}

// A response as the origin's cacheable ones come through a proxy: a head of some 300 octets and `size` octets of body.
static inline char *ready_response(size_t size, size_t *length) {
  char *response = malloc(size + 1024);
  if (!response) die("malloc");
  int head = snprintf(response, 1024,
      "HTTP/1.1 200 OK\r\nServer: origin\r\nDate: Mon, 06 Jan 2025 10:00:00 GMT\r\n"
      "Content-Type: text/html; charset=utf-8\r\nContent-Length: %zu\r\n"
      "Last-Modified: Mon, 06 Jan 2025 09:00:00 GMT\r\nETag: \"6f1d-%zx\"\r\n"
      "Cache-Control: public, max-age=3600\r\nAge: 12\r\nVia: 1.1 loop\r\n\r\n", size, size);
  memset(response + head, 'x', size);
  *length = (size_t)head + size;
  return response;
}
