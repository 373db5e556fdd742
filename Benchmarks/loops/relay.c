// The floor of passing through: octets from each side to the other, nothing parsed, one kept connection to the origin
// for every client. Usage: relay PORT ORIGIN_PORT
#include "net.h"

struct side {
  int fd;
  struct readiness readiness;
  size_t at, end;  // octets of `held` that this side still has to be sent
  char *held;
  struct side *other;
  bool is_over;
};

enum { held_size = 65536 };

// Moves what `from` has to its other side until the one is empty or the other full; false when either is over.
static bool move(struct side *from) {
  struct side *to = from->other;
  for (;;) {
    while (to->at < to->end) {
      ssize_t sent = send(to->fd, to->held + to->at, to->end - to->at, MSG_NOSIGNAL);
      if (sent < 0) return errno == EAGAIN || errno == EINTR;
      to->at += (size_t)sent;
    }
    to->at = to->end = 0;
    if (!from->readiness.is_readable) return true;
    ssize_t count = take(from->fd, &from->readiness, to->held, held_size);
    if (count < 0) return false;
    to->end = (size_t)count;
  }
}

static struct side *side(int fd) {
  struct side *side = calloc(1, sizeof *side);
  if (!side || !(side->held = malloc(held_size))) die("malloc");
  side->fd = fd;
  return side;
}

static void end(struct side *side) {
  close(side->fd);
  free(side->held);
  free(side);
}

int main(int count, char **words) {
  if (count != 3) return fprintf(stderr, "usage: relay PORT ORIGIN_PORT\n"), 2;
  end_with_parent();
  raise_descriptors();
  int origin = atoi(words[2]), listener = listen_on(atoi(words[1])), epoll = epoll_create1(EPOLL_CLOEXEC);
  watch(epoll, listener, NULL);
  struct epoll_event events[256];
  for (;;) {
    int ready = epoll_wait(epoll, events, 256, -1);
    // Both sides of a pair may be in one batch: what ends is freed only after it.
    struct side *over[256];
    int ended = 0;
    for (int i = 0; i < ready; i++) {
      struct side *one = events[i].data.ptr;
      if (!one) {
        for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
          int onward = connect_to(origin, 0, 0);
          if (onward < 0) {
            close(fd);
            continue;
          }
          struct side *client = side(fd), *server = side(onward);
          client->other = server, server->other = client;
          no_delay(fd);
          watch(epoll, fd, client);
          watch(epoll, onward, server);
        }
        continue;
      }
      if (one->is_over || one->other->is_over) continue;
      note(&one->readiness, events[i].events);
      bool goes_on = move(one);
      if (goes_on && (events[i].events & EPOLLOUT) && one->end) goes_on = move(one->other);
      if (!goes_on) one->is_over = true, over[ended++] = one;
    }
    for (int i = 0; i < ended; i++) {
      struct side *other = over[i]->other;
      end(over[i]);
      end(other);
    }
  }
}
