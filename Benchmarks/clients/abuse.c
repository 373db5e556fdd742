// Clients that abuse HTTP/2 over TLS, each in one way. A connection that the server ends is opened again after a pause,
// and never many at once, so that what is measured is the abuse and no flood of handshakes.
//
//   abuse PORT KIND [--connections 8] [--pause MS] [--seconds S]
//
// Says "begun" when all have greeted. After so many seconds, or at SIGTERM, one line of JSON: how many connections were
// opened, ended by the server, and refused; what GOAWAY said; frames and octets sent, and how long the first end took.
#include "attacks.h"
#include "channel.h"
#include "options.h"

struct connection {
  struct channel channel;
  struct attack attack;
  bool is_connected;
  char out[attack_room];
  size_t length, sent;
  struct frame_reader reader;
  int64_t opened, rest_until;
};

enum { codes = 16 };

static const struct kind *kind;
static SSL_CTX *tls;
static int port, epoll;
static int64_t pause_ns, started, first_end;
static uint64_t opened, greeted, ended, refused, goaways[codes], resets, frames, octets_sent;
static volatile sig_atomic_t must_end;

static void take_ticket(struct channel *channel, SSL_SESSION *session) { (void)channel, (void)session; }

static void end_in_order(int number) { (void)number, must_end = 1; }

static void open_anew(struct connection *connection) {
  connection->attack = (struct attack){.stream = 1};
  connection->reader = (struct frame_reader){0};
  connection->is_connected = false;
  connection->length = connection->sent = 0;
  connection->opened = now_ns();
  if (!channel_open(&connection->channel, connect_to(port, 0, 0), tls, NULL)) {
    refused++, connection->rest_until = connection->opened + pause_ns;
    return;
  }
  opened++;
  watch(epoll, connection->channel.fd, connection);
}

static void note_end(struct connection *connection) {
  int64_t now = now_ns();
  if (connection->attack.has_greeted) {
    if (!ended++) first_end = now - connection->opened;
  } else {
    refused++;
  }
  frames += connection->attack.frames;
  channel_close(&connection->channel);
  connection->rest_until = now + pause_ns;
}

static void note_frame(struct connection *connection, const struct frame *frame) {
  if (frame->type == frame_goaway) {
    uint32_t code = word_at(frame->begun + 4);
    goaways[code < codes ? code : codes - 1]++;
  } else if (frame->type == frame_reset) {
    resets++;
  } else if (frame->type == frame_settings && !(frame->flags & flag_ack)) {
    connection->attack.owes_acknowledgement = true;
  }
}

// Reads what has come; false when the server has ended the connection.
static bool look(struct connection *connection) {
  static char octets[65536];
  for (;;) {
    ssize_t count = channel_receive(&connection->channel, octets, sizeof octets);
    if (count < 0 && errno == EAGAIN) return true;
    if (count <= 0) return false;
    for (size_t at = 0, whole; at < (size_t)count; at += whole) {
      bool is_frame;
      whole = read_frame(&connection->reader, octets + at, (size_t)count - at, &is_frame);
      if (is_frame) note_frame(connection, &connection->reader.frame);
    }
  }
}

// Sends until the socket is full, but not for ever: the others are to have their turn. False at an end.
static bool abuse(struct connection *connection) {
  for (int turns = 0; turns < 16; turns++) {
    if (connection->sent == connection->length) {
      connection->length = attack_next(&connection->attack, kind, port, connection->out);
      connection->sent = 0;
      if (!connection->length) return true;
    }
    ssize_t sent = channel_send(&connection->channel, connection->out + connection->sent,
        connection->length - connection->sent);
    if (sent < 0) return errno == EAGAIN;
    connection->sent += (size_t)sent, octets_sent += (uint64_t)sent;
  }
  return true;
}

static void turn(struct connection *connection, uint32_t events) {
  struct channel *channel = &connection->channel;
  if (channel->fd < 0) return;
  if (!connection->is_connected && !(events & (EPOLLOUT | EPOLLERR))) return;
  connection->is_connected = true;
  bool is_over = events & EPOLLERR;
  if (!is_over && !channel->is_ready) {
    int shaken = channel_shake(channel);
    if (!shaken) return;
    is_over = shaken < 0;
  }
  if (is_over) return note_end(connection);
  // Who does not read sees an end by its reset, or that nothing comes any more.
  if (kind->reads || !connection->attack.has_greeted) is_over = !look(connection);
  else is_over = events & (EPOLLHUP | EPOLLRDHUP);
  if (is_over || !abuse(connection)) note_end(connection);
}

static void report(void) {
  printf("{\"kind\": \"%s\", \"opened\": %lu, \"ended\": %lu, \"refused\": %lu, \"frames\": %lu, \"octets\": %lu, ",
      kind->name, opened, ended, refused, frames, octets_sent);
  printf("\"resets\": %lu, \"first_end_ms\": %.1f, \"goaways\": {", resets, (double)first_end / 1e6);
  const char *comma = "";
  for (int i = 0; i < codes; i++)
    if (goaways[i]) printf("%s\"%d\": %lu", comma, i, goaways[i]), comma = ", ";
  printf("}}\n");
}

int main(int count, char **words) {
  kind = count >= 3 ? kind_named(words[2]) : NULL;
  if (!kind) return fprintf(stderr, "usage: abuse PORT KIND …; kinds:%s\n", kind_names()), 2;
  end_with_parent();
  raise_descriptors();
  signal(SIGTERM, end_in_order);
  port = atoi(words[1]);
  long wanted = option(count, words, "--connections", 8);
  pause_ns = option(count, words, "--pause", 1000) * 1000000;
  int64_t until = option(count, words, "--seconds", 60) * 1000000000LL;
  tls = client_context(NULL, NULL, "h2");
  epoll = epoll_create1(EPOLL_CLOEXEC);
  started = now_ns();
  struct connection *connections = calloc((size_t)wanted, sizeof *connections);
  for (long i = 0; i < wanted; i++) {
    connections[i].channel.fd = -1;
    connections[i].rest_until = started + pause_ns * i / wanted;
  }
  struct epoll_event events[256];
  bool is_told = false;
  while (!must_end && now_ns() - started < until) {
    int ready = epoll_wait(epoll, events, 256, 1);
    for (int i = 0; i < ready; i++) turn(events[i].data.ptr, events[i].events);
    greeted = 0;
    for (long i = 0; i < wanted; i++) {
      struct connection *connection = &connections[i];
      if (connection->channel.fd < 0 && now_ns() >= connection->rest_until) open_anew(connection);
      // More of the same, without waiting for an edge: the socket may never have been full.
      else if (connection->channel.is_ready && !abuse(connection)) note_end(connection);
      greeted += connection->attack.has_greeted;
    }
    if (!is_told && (greeted == (uint64_t)wanted || ended)) {
      printf("begun\n");
      fflush(stdout);
      is_told = true;
    }
  }
  for (long i = 0; i < wanted; i++) frames += connections[i].channel.fd >= 0 ? connections[i].attack.frames : 0;
  report();
  return 0;
}
