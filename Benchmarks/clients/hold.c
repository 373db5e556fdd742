// Idle connections: each makes one request with a body of 16 KiB, reads the answer of 16 KiB and is then kept open.
//
//   hold PORT COUNT PATH [--tls]
//
// Says "idle N" when all have been answered; a line (or the end) of standard input asks how many are still open: one
// line of JSON, and it ends. Connections come from 127.0.0.2 to 127.0.0.41 in turn, as from many clients.
#include "channel.h"
#include "client.h"

enum { body = 16384, sources = 40, at_once = 256 };

struct connection {
  struct channel channel;
  size_t sent;
  bool is_answered, is_over;
  struct answer *answer;  // only while it is under way: this many clients must be small too
};

static char request[2048 + body], octets[65536];
static size_t request_length;
static long busy, answered, failed, closed;

static void end(struct connection *connection) {
  if (connection->is_answered) closed++;
  else failed++, busy--;
  connection->is_over = true;
  channel_close(&connection->channel);
  free(connection->answer), connection->answer = NULL;
}

static void take_ticket(struct channel *channel, SSL_SESSION *session) { (void)channel, (void)session; }

static void turn(struct connection *connection, uint32_t events) {
  struct channel *channel = &connection->channel;
  if (connection->is_over) return;
  if (!channel->is_ready) {
    int shaken = events & EPOLLERR ? -1 : events & EPOLLOUT ? channel_shake(channel) : 0;
    if (shaken < 0) return end(connection);
    if (!shaken) return;
  }
  while (connection->sent < request_length) {
    ssize_t sent = channel_send(channel, request + connection->sent, request_length - connection->sent);
    if (sent < 0 && errno == EAGAIN) break;
    if (sent <= 0) return end(connection);
    connection->sent += (size_t)sent;
  }
  for (;;) {
    ssize_t count = channel_receive(channel, octets, sizeof octets);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0 || connection->is_answered) return end(connection);
    int whole = understand(connection->answer, octets, (size_t)count);
    if (whole < 0 || (whole && connection->answer->status != 200)) {
      fprintf(stderr, "not the answer expected: %.*s\n", (int)strcspn(connection->answer->head, "\r"),
          connection->answer->head);
      return end(connection);
    }
    if (!whole) continue;
    connection->is_answered = true, answered++, busy--;
    // Reads on: an end may have come behind the answer, and its edge with it.
    free(connection->answer), connection->answer = NULL;
  }
}

int main(int count, char **words) {
  if (count < 4) return fprintf(stderr, "usage: hold PORT COUNT PATH [--tls]\n"), 2;
  end_with_parent();
  raise_descriptors();
  int port = atoi(words[1]), epoll = epoll_create1(EPOLL_CLOEXEC);
  long wanted = atol(words[2]), opened = 0;
  SSL_CTX *tls = flag(count, words, "--tls") ? client_context(NULL, NULL, "http/1.1") : NULL;
  int head = snprintf(request, 2048, "POST %s HTTP/1.1\r\nHost: localhost:%d\r\n" BROWSER_FIELDS
      "Content-Length: %d\r\n\r\n", words[3], port, body);
  memset(request + head, 'y', body);
  request_length = (size_t)head + body;
  struct connection *connections = calloc((size_t)wanted, sizeof *connections);
  fcntl(0, F_SETFL, O_NONBLOCK);
  struct epoll_event events[256];
  bool is_told = false;
  for (;;) {
    while (busy < at_once && opened < wanted) {
      struct connection *connection = &connections[opened];
      int fd = connect_to(port, 2 + (int)(opened % sources), 0);
      if (!channel_open(&connection->channel, fd, tls, NULL)) die("connect");
      connection->answer = calloc(1, sizeof *connection->answer);
      watch(epoll, connection->channel.fd, connection);
      opened++, busy++;
    }
    int ready = epoll_wait(epoll, events, 256, 20);
    for (int i = 0; i < ready; i++) turn(events[i].data.ptr, events[i].events);
    if (!is_told && opened == wanted && !busy) {
      printf("idle %ld\n", answered);
      fflush(stdout);
      is_told = true;
    }
    char asked[64];
    if (read(0, asked, sizeof asked) >= 0) break;
  }
  printf("{\"answered\": %ld, \"failed\": %ld, \"closed\": %ld}\n", answered, failed, closed);
  return 0;
}
