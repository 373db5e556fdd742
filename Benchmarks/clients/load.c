// Load that counts every request and what became of it. Keep-alive connections, each one request at a time.
//
//   load PORT [--connections 64] [--requests N | --seconds S] [--pause MS] [--timeout MS] [--warm N]
//        [--tls] [--http2] [--renew N] PATH…
//
// PATH is /1k, or POST:/pass/1k:4096 for a body of so many octets; they are asked for in turn. --pause is from one
// request of a connection to its next. With --warm, "warm" is said after so many requests, and a line on standard
// input awaited before the others, and another after the report, so that what the closing of connections costs is
// counted by nobody. SIGTERM ends it in order: no new request, the running ones awaited. Then one line
// of JSON. A connection that is closed between requests is opened again and is no failure; one that is closed with a
// request on it is. --http2 is over TLS as well, and for paths without bodies. With --renew a connection is closed
// after so many answers, and the next one resumes its session if the server agrees.
#include "channel.h"
#include "http2.h"
#include "tally.h"

enum state { connecting, resting, sending, awaiting };

struct request {
  const char *word;  // as it was asked for
  char *octets;
  size_t length;
  uint64_t body;  // of its answers over HTTP/2, known from the first one
};

struct connection {
  struct channel channel;  // first, so that it tells of whom a ticket is
  SSL_SESSION *ticket;
  enum state state;
  struct session session;  // over HTTP/2
  long answers;            // on this connection
  char *octets;            // what is being sent, of `length` octets
  size_t length, sent;
  bool is_sending;         // some of that may have gone
  struct request *request;
  struct answer answer;
  int64_t began, rest_until;
};

static SSL_CTX *tls;
static bool over_http2;
static struct request *requests;
static int request_count, epoll, port;
static int64_t pause_ns, timeout_ns;
static long renewal;
static uint64_t limit = UINT64_MAX;
static volatile sig_atomic_t must_end;

static void end_in_order(int number) { (void)number, must_end = 1; }

static struct request make(const char *word) {
  const char *path = strchr(word, '/'), *colon = path ? strchr(path, ':') : NULL;
  if (!path) fprintf(stderr, "not a path: %s\n", word), exit(2);
  size_t body = colon ? strtoul(colon + 1, NULL, 10) : 0;
  int method = path > word ? (int)(path - word) - 1 : 3, target = colon ? (int)(colon - path) : (int)strlen(path);
  char length[64] = "";
  if (colon) snprintf(length, sizeof length, "Content-Length: %zu\r\n", body);
  char *octets = malloc(2048 + body);
  if (!octets) die("malloc");
  if (over_http2) {
    if (path > word || colon) fprintf(stderr, "over HTTP/2 paths only: %s\n", word), exit(2);
    return (struct request){word, octets, session_request(octets, path, (size_t)target, port), 0};
  }
  int head = snprintf(octets, 2048, "%.*s %.*s HTTP/1.1\r\nHost: localhost:%d\r\n" BROWSER_FIELDS "%s\r\n", method,
      path > word ? word : "GET", target, path, port, length);
  memset(octets + head, 'y', body);
  return (struct request){word, octets, (size_t)head + body, 0};
}

static void take_ticket(struct channel *channel, SSL_SESSION *session) {
  struct connection *connection = (struct connection *)channel;
  const unsigned char *key = ticket_key(session);
  if (key) tally_ticket_key(key);
  if (!renewal) return;
  if (connection->ticket) SSL_SESSION_free(connection->ticket);
  SSL_SESSION_up_ref(session);
  connection->ticket = session;
}

static void open_anew(struct connection *connection) {
  channel_close(&connection->channel);
  connection->state = connecting;
  connection->began = now_ns();
  connection->answers = 0;
  connection->is_sending = connection->answer.closes = false;
  connection->session = (struct session){.stream = UINT32_MAX};
  SSL_SESSION *ticket = connection->ticket;
  connection->ticket = NULL;
  if (channel_open(&connection->channel, connect_to(port, 0, 0), tls, ticket))
    watch(epoll, connection->channel.fd, connection);
  if (ticket) SSL_SESSION_free(ticket);
}

static void note_failure(struct connection *connection, enum failure failure) {
  int64_t now = now_ns();
  if (tally.failed[failure]++ < 20)
    fprintf(stderr, "%.3f s: %s: %s (status %d, %zu octets of head, after %.1f ms)\n",
        (double)(now - tally.started) / 1e9, failure_names[failure],
        connection->request ? connection->request->word : "before any request", connection->answer.status,
        connection->answer.filled, (double)(now - connection->began) / 1e6);
  // After a refusal it rests a little: a server that is away is not to be asked a hundred thousand times a second.
  connection->rest_until = now + (failure <= unshaken ? 10000000 : 0);
  channel_close(&connection->channel);
  connection->state = connecting;
}

static void note_answer(struct connection *connection) {
  int64_t now = now_ns();
  struct request *request = connection->request;
  if (over_http2 && connection->answer.status == 200) {
    if (!request->body) request->body = connection->session.body;
    if (request->body != connection->session.body) return note_failure(connection, malformed);
  }
  tally_answer(connection->answer.status, now - connection->began);
  connection->state = resting;
  connection->rest_until = connection->began + pause_ns;
  bool is_renewed = renewal && ++connection->answers == renewal;
  if (is_renewed && connection->channel.ssl) SSL_shutdown(connection->channel.ssl);
  if (connection->answer.closes && !is_renewed) tally.closed++;
  if (connection->answer.closes || is_renewed) open_anew(connection);
}

// Sends what is to be sent; over HTTP/2 also between requests.
static void push(struct connection *connection) {
  struct session *session = &connection->session;
  if (session->said_length && !connection->is_sending) {
    ssize_t sent = channel_send(&connection->channel, session->said, session->said_length);
    if (sent > 0) memmove(session->said, session->said + sent, session->said_length -= (size_t)sent);
    if (session->said_length) return;
  }
  if (connection->state != sending) return;
  connection->is_sending = true;
  while (connection->sent < connection->length) {
    ssize_t sent = channel_send(&connection->channel, connection->octets + connection->sent,
        connection->length - connection->sent);
    if (sent <= 0) return;
    connection->sent += (size_t)sent;
  }
  connection->is_sending = false;
  connection->state = awaiting;
}

// Sends and reads as far as it goes.
static void turn(struct connection *connection) {
  static char octets[262144];
  push(connection);
  for (;;) {
    ssize_t count = channel_receive(&connection->channel, octets, sizeof octets);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    bool is_asked = connection->state == sending || connection->state == awaiting;
    if (count <= 0) {
      if (is_asked) note_failure(connection, connection->answer.filled ? cut : unanswered);
      else tally.closed++, open_anew(connection);
      return;
    }
    struct session *session = &connection->session;
    int whole = over_http2 ? session_understand(session, &connection->answer, octets, (size_t)count)
        : is_asked ? understand(&connection->answer, octets, (size_t)count) : -1;
    if (over_http2 && !is_asked && connection->answer.closes) {
      tally.closed++, open_anew(connection);
      return;
    }
    if (whole == answer_given_up) return note_failure(connection, connection->answer.filled ? cut : unanswered);
    if (whole < 0) return note_failure(connection, malformed);
    if (session->said_length) push(connection);
    // Reads on where it stays open: an end may have come behind the answer, and its edge with it.
    if (whole) note_answer(connection);
    if (connection->state == connecting) return;
  }
}

static void begin(struct connection *connection) {
  struct request *request = connection->request = &requests[tally.issued++ % (uint64_t)request_count];
  connection->octets = request->octets, connection->length = request->length, connection->sent = 0;
  connection->answer.filled = 0, connection->answer.status = 0, connection->answer.left = 0;
  if (over_http2) {
    connection->session.stream += 2, connection->session.body = 0;
    // One array for all connections: OpenSSL makes a record at the first attempt, whatever becomes of the array then.
    put_word(request->octets + 5, connection->session.stream);
  }
  connection->began = now_ns();
  connection->state = sending;
  turn(connection);
}

// A connection that comes about: to the end of its handshake, and to the greeting of HTTP/2.
static void establish(struct connection *connection, uint32_t events) {
  struct channel *channel = &connection->channel;
  int failure = 0;
  socklen_t size = sizeof failure;
  getsockopt(channel->fd, SOL_SOCKET, SO_ERROR, &failure, &size);
  if (failure || (events & EPOLLERR)) return note_failure(connection, refused);
  if (!(events & EPOLLOUT)) return;
  int shaken = channel_shake(channel);
  if (shaken < 0) return note_failure(connection, unshaken);
  if (!shaken) return;
  if (channel->ssl) tally.shaken++, tally.resumed += (uint64_t)SSL_session_reused(channel->ssl);
  if (over_http2) connection->session.said_length = session_greeting(connection->session.said);
  connection->state = resting;
  turn(connection);
}

static void serve(struct connection *connection, uint32_t events) {
  if (connection->channel.fd < 0) return;
  if (connection->state == connecting) establish(connection, events);
  else turn(connection);
}

int main(int count, char **words) {
  if (count < 3) return fprintf(stderr, "usage: load PORT [--connections N] … PATH…\n"), 2;
  end_with_parent();
  raise_descriptors();
  signal(SIGTERM, end_in_order);
  port = atoi(words[1]);
  long connection_count = option(count, words, "--connections", 64), warm = option(count, words, "--warm", 0);
  bool holds = warm > 0;
  long wanted = option(count, words, "--requests", 0), seconds = option(count, words, "--seconds", 0);
  renewal = option(count, words, "--renew", 0);
  over_http2 = flag(count, words, "--http2");
  if (over_http2 || flag(count, words, "--tls")) tls = client_context(NULL, NULL, over_http2 ? "h2" : "http/1.1");
  pause_ns = option(count, words, "--pause", 0) * 1000000;
  timeout_ns = option(count, words, "--timeout", 10000) * 1000000;
  requests = calloc((size_t)count, sizeof *requests);
  for (int i = 2; i < count; i++)
    if (strcmp(words[i], "--tls") == 0 || strcmp(words[i], "--http2") == 0) continue;
    else if (words[i][0] == '-') i++;
    else requests[request_count++] = make(words[i]);
  if (!request_count) return fprintf(stderr, "no path\n"), 2;
  if (wanted) limit = (uint64_t)wanted;
  if (warm) limit = (uint64_t)warm;
  tally.started = now_ns();
  epoll = epoll_create1(EPOLL_CLOEXEC);
  struct connection *connections = calloc((size_t)connection_count, sizeof *connections);
  for (long i = 0; i < connection_count; i++) {
    connections[i].channel.fd = -1;
    // Paced ones start spread over one pause, so that the load is even.
    connections[i].rest_until = tally.started + pause_ns * i / connection_count;
    open_anew(&connections[i]);
  }
  struct epoll_event events[256];
  for (;;) {
    int ready = epoll_wait(epoll, events, 256, 1);
    for (int i = 0; i < ready; i++) serve(events[i].data.ptr, events[i].events);
    int64_t now = now_ns();
    bool is_over = must_end || (seconds && now - tally.started > seconds * 1000000000LL), is_busy = false;
    for (long i = 0; i < connection_count; i++) {
      struct connection *connection = &connections[i];
      bool is_asked = connection->state == sending || connection->state == awaiting;
      bool is_begun = connection->state == connecting && connection->channel.fd >= 0;
      if ((is_asked || is_begun) && now - connection->began > timeout_ns)
        note_failure(connection, is_asked ? timed_out : unshaken);
      if (connection->state == connecting && connection->channel.fd < 0 && now >= connection->rest_until && !is_over)
        open_anew(connection);
      if (connection->state == resting && now >= connection->rest_until && tally.issued < limit && !is_over)
        begin(connection);
      is_asked = connection->state == sending || connection->state == awaiting;
      is_busy = is_busy || is_asked;
    }
    if (is_busy || !(is_over || tally.issued >= limit)) continue;
    if (is_over || !warm) break;
    printf("warm\n");
    fflush(stdout);
    if (getchar() == EOF) break;
    warm = 0;
    limit = wanted ? limit + (uint64_t)wanted : UINT64_MAX;
  }
  tally_report();
  if (holds) getchar();
  return 0;
}
