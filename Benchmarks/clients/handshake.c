// Full handshakes of TLS 1.3, one after the other on each of some connections. A connection is ended in order by this
// side when its tickets have come (or after a moment, where a server makes none), and its end is awaited.
//
//   handshake PORT --count N [--at-once 32] [--suites LIST] [--groups LIST]
//
// One line of JSON. Nothing is resumed.
#include "channel.h"
#include "options.h"

struct connection {
  struct channel channel;
  bool is_connected, has_ticket, is_ending;
};

enum { patience = 20 };  // milliseconds for tickets that do not come

static SSL_CTX *tls;
static int port, epoll;
static long begun, done, failed, tickets, wanted;
static char group[32], suite[64];

static void take_ticket(struct channel *channel, SSL_SESSION *session) {
  (void)session;
  ((struct connection *)channel)->has_ticket = true;
  tickets++;
}

static void open_next(struct connection *connection) {
  channel_close(&connection->channel);
  connection->is_connected = connection->has_ticket = connection->is_ending = false;
  if (begun == wanted) return;
  begun++;
  if (!channel_open(&connection->channel, connect_to(port, 0, 0), tls, NULL)) die("connect");
  watch(epoll, connection->channel.fd, connection);
}

static void note_end(struct connection *connection, bool is_good, const char *why) {
  if (is_good) done++;
  else if (failed++ < 10) fprintf(stderr, "a handshake failed: %s\n", why);
  open_next(connection);
}

static void end(struct connection *connection) {
  if (connection->is_ending) return;
  connection->is_ending = true;
  SSL_shutdown(connection->channel.ssl);
  shutdown(connection->channel.fd, SHUT_WR);
}

static void turn(struct connection *connection, uint32_t events) {
  struct channel *channel = &connection->channel;
  if (channel->fd < 0) return;
  if (!connection->is_connected) {
    if (events & EPOLLERR) return note_end(connection, false, "refused");
    if (!(events & EPOLLOUT)) return;
    connection->is_connected = true;
  }
  if (!channel->is_ready) {
    int shaken = channel_shake(channel);
    if (shaken < 0) return note_end(connection, false, strerror(errno));
    if (!shaken) return;
    if (SSL_session_reused(channel->ssl)) return note_end(connection, false, "it was resumed");
    if (!*suite) {
      snprintf(suite, sizeof suite, "%s", SSL_get_cipher_name(channel->ssl));
      const char *name = OBJ_nid2sn(SSL_get_negotiated_group(channel->ssl));
      snprintf(group, sizeof group, "%s", name ? name : "?");
    }
  }
  for (char octets[4096];;) {
    ssize_t count = channel_receive(channel, octets, sizeof octets);
    if (count > 0) continue;
    if (count < 0 && errno == EAGAIN) break;
    return note_end(connection, count == 0, strerror(errno));
  }
  if (connection->has_ticket) end(connection);
}

int main(int count, char **words) {
  if (count < 4) return fprintf(stderr, "usage: handshake PORT --count N …\n"), 2;
  end_with_parent();
  raise_descriptors();
  port = atoi(words[1]);
  wanted = option(count, words, "--count", 0);
  long at_once = option(count, words, "--at-once", 32);
  tls = client_context(text_option(count, words, "--suites"), text_option(count, words, "--groups"), NULL);
  epoll = epoll_create1(EPOLL_CLOEXEC);
  int64_t began = now_ns();
  struct connection *connections = calloc((size_t)at_once, sizeof *connections);
  for (long i = 0; i < at_once; i++) {
    connections[i].channel.fd = -1;
    open_next(&connections[i]);
  }
  struct epoll_event events[256];
  while (done + failed < wanted) {
    int ready = epoll_wait(epoll, events, 256, patience);
    for (int i = 0; i < ready; i++) turn(events[i].data.ptr, events[i].events);
    for (long i = 0; !ready && i < at_once; i++)
      if (connections[i].channel.is_ready) end(&connections[i]);
    if (!ready && now_ns() - began > 120000000000LL) return fprintf(stderr, "nothing goes on\n"), 1;
  }
  printf("{\"done\": %ld, \"failed\": %ld, \"tickets\": %ld, \"suite\": \"%s\", \"group\": \"%s\", ", done, failed,
      tickets, suite, group);
  printf("\"seconds\": %.3f}\n", (double)(now_ns() - began) / 1e9);
  return 0;
}
