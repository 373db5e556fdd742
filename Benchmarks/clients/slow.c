// Clients that hold on to what they have as long as they are let.
//
//   slow PORT KIND COUNT SECONDS PATH
//
// KIND is silent (connects, says nothing), head (a head without an end, an octet a second), body (announces 100,000
// octets of body to PATH, sends one a second) or reading (asks for PATH and takes an octet of it a second). Says
// "begun" when all have connected. After SECONDS, or when all have been let go, one line of JSON: how many were let
// go, when the last was, and which statuses they were told. A slow reader cannot see an end behind octets that it has
// not read: what its proxy's descriptors say counts for that kind.
#include "client.h"

enum { sources = 40 };

struct connection {
  int fd;
  bool is_open, is_gone;
  size_t said, read;
  char answer[16];
  int64_t next;
};

static char greeting[2048];
static size_t greeting_length, first;
static bool reads;
static long opened, gone, statuses[600];
static int64_t started, last_gone;

static void end(struct connection *connection) {
  if (connection->is_gone) return;
  connection->is_gone = true;
  gone++;
  last_gone = now_ns();
  if (connection->read >= 12) statuses[atoi(connection->answer + 9) % 600]++;
  close(connection->fd);
}

static void look(struct connection *connection) {
  // A slow reader takes one octet; the others take whatever they are told.
  for (;;) {
    char octets[512];
    ssize_t count = recv(connection->fd, octets, reads ? 1 : sizeof octets, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return end(connection);
    for (ssize_t i = 0; i < count; i++)
      if (connection->read < sizeof connection->answer - 1) connection->answer[connection->read++] = octets[i];
    if (reads) return;
  }
}

static void say(struct connection *connection, size_t count) {
  // Past the greeting it goes on with octets that never come to an end.
  for (; count; count--) {
    char octet = connection->said < greeting_length ? greeting[connection->said] : 'z';
    if (send(connection->fd, &octet, 1, MSG_NOSIGNAL) != 1) return;
    connection->said++;
  }
}

static void begin(struct connection *connection) {
  connection->is_open = true;
  opened++;
  if (first && send(connection->fd, greeting, first, MSG_NOSIGNAL) == (ssize_t)first) connection->said = first;
}

int main(int count, char **words) {
  if (count != 6) return fprintf(stderr, "usage: slow PORT KIND COUNT SECONDS PATH\n"), 2;
  end_with_parent();
  raise_descriptors();
  int port = atoi(words[1]), epoll = epoll_create1(EPOLL_CLOEXEC);
  const char *kind = words[2], *path = words[5];
  long wanted = atol(words[3]), seconds = atol(words[4]);
  bool is_silent = strcmp(kind, "silent") == 0, is_head = strcmp(kind, "head") == 0;
  bool is_body = strcmp(kind, "body") == 0;
  reads = strcmp(kind, "reading") == 0;
  if (!is_silent && !is_head && !is_body && !reads) return fprintf(stderr, "no such kind: %s\n", kind), 2;
  greeting_length = (size_t)snprintf(greeting, sizeof greeting, "%s %s HTTP/1.1\r\nHost: localhost:%d\r\n%s%s",
      is_body ? "POST" : "GET", path, port, is_body ? "Content-Length: 100000\r\n" : "", is_head ? "X-Slow: " : "\r\n");
  if (is_silent) greeting_length = 0;
  first = greeting_length;
  struct connection *connections = calloc((size_t)wanted, sizeof *connections);
  started = now_ns();
  for (long i = 0; i < wanted; i++) {
    connections[i].fd = connect_to(port, 2 + (int)(i % sources), reads ? 4096 : 0);
    if (connections[i].fd < 0) die("connect");
    // Spread over the second, so that they do not speak all at once.
    connections[i].next = started + 1000000000LL + 1000000000LL * i / wanted;
    watch(epoll, connections[i].fd, &connections[i]);
  }
  struct epoll_event events[256];
  bool is_told = false;
  while (gone < wanted && now_ns() - started < seconds * 1000000000LL) {
    int ready = epoll_wait(epoll, events, 256, 10);
    for (int i = 0; i < ready; i++) {
      struct connection *connection = events[i].data.ptr;
      if (connection->is_gone) continue;
      if (!connection->is_open && (events[i].events & EPOLLOUT)) begin(connection);
      if (events[i].events & EPOLLERR) end(connection);
      else if (!reads && (events[i].events & EPOLLIN)) look(connection);
    }
    int64_t now = now_ns();
    for (long i = 0; i < wanted; i++) {
      struct connection *connection = &connections[i];
      if (!connection->is_open || connection->is_gone || now < connection->next) continue;
      connection->next += 1000000000LL;
      if (reads) look(connection);
      else if (!is_silent) say(connection, 1);
    }
    if (!is_told && opened == wanted) {
      printf("begun\n");
      fflush(stdout);
      is_told = true;
    }
  }
  printf("{\"kind\": \"%s\", \"opened\": %ld, \"gone\": %ld, \"last_gone_s\": %.2f, \"statuses\": {", kind, opened,
      gone, gone ? (double)(last_gone - started) / 1e9 : 0);
  const char *comma = "";
  for (int i = 0; i < 600; i++)
    if (statuses[i]) printf("%s\"%d\": %ld", comma, i, statuses[i]), comma = ", ";
  printf("}}\n");
  return 0;
}
