// The floor of a hit: what recv and send alone cost. One thread, edge-triggered epoll, a ready-made response for
// every "\r\n\r\n". Usage: plain PORT OCTETS
#include "net.h"

struct connection {
  int fd, state;    // state: how much of "\r\n\r\n" has been seen
  size_t owed, at;  // responses still to send, octets of the first already sent
  struct readiness readiness;
};

static char *response;
static size_t length;
static char input[65536];

// A turn of a connection; false when it is over.
static bool serve(struct connection *connection) {
  for (;;) {
    while (connection->owed) {
      ssize_t sent = send(connection->fd, response + connection->at, length - connection->at, MSG_NOSIGNAL);
      if (sent < 0) return errno == EAGAIN || errno == EINTR;
      connection->at += (size_t)sent;
      if (connection->at == length) connection->owed--, connection->at = 0;
    }
    if (!connection->readiness.is_readable) return true;
    ssize_t count = take(connection->fd, &connection->readiness, input, sizeof input);
    if (count < 0) return false;
    connection->owed = (size_t)heads_ended(input, (size_t)count, &connection->state);
  }
}

int main(int count, char **words) {
  if (count != 3) return fprintf(stderr, "usage: plain PORT OCTETS\n"), 2;
  end_with_parent();
  raise_descriptors();
  response = ready_response(strtoul(words[2], NULL, 10), &length);
  int listener = listen_on(atoi(words[1])), epoll = epoll_create1(EPOLL_CLOEXEC);
  watch(epoll, listener, NULL);
  struct epoll_event events[256];
  for (;;) {
    int ready = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < ready; i++) {
      struct connection *connection = events[i].data.ptr;
      if (!connection) {
        for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
          connection = calloc(1, sizeof *connection);
          connection->fd = fd;
          no_delay(fd);
          watch(epoll, fd, connection);
        }
        continue;
      }
      note(&connection->readiness, events[i].events);
      if (!serve(connection)) close(connection->fd), free(connection);
    }
  }
}
