// Load that counts every request and what became of it. Keep-alive connections, each one request at a time.
//
//   load PORT [--connections 64] [--requests N | --seconds S] [--pause MS] [--timeout MS] [--warm N] PATH…
//
// PATH is /1k, or POST:/pass/1k:4096 for a body of so many octets; they are asked for in turn. --pause is from one
// request of a connection to its next. With --warm, "warm" is said after so many requests, and a line on standard
// input awaited before the others, and another after the report, so that what the closing of connections costs is
// counted by nobody. SIGTERM ends it in order: no new request, the running ones awaited. Then one line
// of JSON. A connection that is closed between requests is opened again and is no failure; one that is closed with a
// request on it is.
#include "client.h"

enum state { connecting, resting, sending, awaiting };
enum failure { refused, unanswered, cut, timed_out, malformed, failures };
static const char *failure_names[] = {"refused", "unanswered", "cut", "timed_out", "malformed"};

struct request {
  char *octets;
  size_t length;
};

struct connection {
  int fd;
  enum state state;
  size_t sent;
  const struct request *request;
  struct answer answer;
  int64_t began, rest_until;
};

static struct request *requests;
static int request_count, epoll, port;
static int64_t pause_ns, timeout_ns, started;
static uint64_t issued, answered, limit = UINT64_MAX, statuses[6], failed[failures], closed;
static int32_t *latencies;  // microseconds
static size_t latency_size;
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
  int head = snprintf(octets, 2048, "%.*s %.*s HTTP/1.1\r\nHost: localhost:%d\r\n" BROWSER_FIELDS "%s\r\n", method,
      path > word ? word : "GET", target, path, port, length);
  memset(octets + head, 'y', body);
  return (struct request){octets, (size_t)head + body};
}

static void open_anew(struct connection *connection) {
  if (connection->fd >= 0) close(connection->fd);
  connection->state = connecting;
  connection->fd = connect_to(port, 0, 0);
  if (connection->fd >= 0) watch(epoll, connection->fd, connection);
}

static void note_failure(struct connection *connection, enum failure failure) {
  int64_t now = now_ns();
  if (failed[failure]++ < 20)
    fprintf(stderr, "%.3f s: %s: %.*s (status %d, %zu octets of head, after %.1f ms)\n", (double)(now - started) / 1e9,
        failure_names[failure], connection->request ? (int)strcspn(connection->request->octets, "\r") : 0,
        connection->request ? connection->request->octets : "", connection->answer.status, connection->answer.filled,
        (double)(now - connection->began) / 1e6);
  // After a refusal it rests a little: a server that is away is not to be asked a hundred thousand times a second.
  connection->rest_until = now + (failure == refused ? 10000000 : 0);
  if (connection->fd >= 0) close(connection->fd), connection->fd = -1;
  connection->state = connecting;
}

static void note_answer(struct connection *connection) {
  int64_t now = now_ns();
  int class = connection->answer.status / 100;
  statuses[class >= 1 && class <= 5 ? class : 0]++;
  if (answered == latency_size) {
    latency_size = latency_size ? latency_size * 2 : 65536;
    latencies = realloc(latencies, latency_size * sizeof *latencies);
  }
  latencies[answered++] = (int32_t)((now - connection->began) / 1000);
  connection->state = resting;
  connection->rest_until = connection->began + pause_ns;
  if (connection->answer.closes) closed++, open_anew(connection);
}

// Sends and reads as far as it goes.
static void turn(struct connection *connection) {
  static char octets[262144];
  if (connection->state == sending) {
    ssize_t sent = send(connection->fd, connection->request->octets + connection->sent,
        connection->request->length - connection->sent, MSG_NOSIGNAL);
    if (sent > 0) connection->sent += (size_t)sent;
    if (connection->sent == connection->request->length) connection->state = awaiting;
  }
  for (;;) {
    ssize_t count = recv(connection->fd, octets, sizeof octets, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    bool is_asked = connection->state == sending || connection->state == awaiting;
    if (count <= 0) {
      bool has_begun = connection->answer.filled > 0;
      if (connection->state == connecting) note_failure(connection, refused);
      else if (is_asked) note_failure(connection, has_begun ? cut : unanswered);
      else closed++, open_anew(connection);
      return;
    }
    int whole = is_asked ? understand(&connection->answer, octets, (size_t)count) : -1;
    if (whole < 0) return note_failure(connection, malformed);
    // Reads on where it stays open: an end may have come behind the answer, and its edge with it.
    if (whole) note_answer(connection);
    if (connection->state == connecting) return;
  }
}

static void begin(struct connection *connection) {
  connection->request = &requests[issued++ % (uint64_t)request_count];
  connection->sent = 0;
  connection->answer.filled = 0, connection->answer.status = 0, connection->answer.left = 0;
  connection->began = now_ns();
  connection->state = sending;
  turn(connection);
}

static void serve(struct connection *connection, uint32_t events) {
  if (connection->state == connecting) {
    int failure = 0;
    socklen_t size = sizeof failure;
    getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &failure, &size);
    if (failure || (events & EPOLLERR)) return note_failure(connection, refused);
    if (!(events & EPOLLOUT)) return;
    connection->state = resting;
  }
  turn(connection);
}

static int by_size(const void *one, const void *other) {
  int32_t a = *(const int32_t *)one, b = *(const int32_t *)other;
  return (a > b) - (a < b);
}

static double latency(double part) {
  return answered ? latencies[(size_t)(part * (double)(answered - 1))] / 1000.0 : 0;
}

static void report(void) {
  qsort(latencies, answered, sizeof *latencies, by_size);
  printf("{\"seconds\": %.3f, \"issued\": %lu, \"answered\": %lu, \"closed\": %lu", (double)(now_ns() - started) / 1e9,
      issued, answered, closed);
  for (int i = 1; i < 6; i++) printf(", \"%dxx\": %lu", i, statuses[i]);
  for (int i = 0; i < failures; i++) printf(", \"%s\": %lu", failure_names[i], failed[i]);
  printf(", \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f}\n", latency(0.5), latency(0.99), latency(1));
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
  pause_ns = option(count, words, "--pause", 0) * 1000000;
  timeout_ns = option(count, words, "--timeout", 10000) * 1000000;
  requests = calloc((size_t)count, sizeof *requests);
  for (int i = 2; i < count; i++)
    if (words[i][0] == '-') i++;
    else requests[request_count++] = make(words[i]);
  if (!request_count) return fprintf(stderr, "no path\n"), 2;
  if (wanted) limit = (uint64_t)wanted;
  if (warm) limit = (uint64_t)warm;
  started = now_ns();
  epoll = epoll_create1(EPOLL_CLOEXEC);
  struct connection *connections = calloc((size_t)connection_count, sizeof *connections);
  for (long i = 0; i < connection_count; i++) {
    connections[i].fd = -1;
    // Paced ones start spread over one pause, so that the load is even.
    connections[i].rest_until = started + pause_ns * i / connection_count;
    open_anew(&connections[i]);
  }
  struct epoll_event events[256];
  for (;;) {
    int ready = epoll_wait(epoll, events, 256, 1);
    for (int i = 0; i < ready; i++) serve(events[i].data.ptr, events[i].events);
    int64_t now = now_ns();
    bool is_over = must_end || (seconds && now - started > seconds * 1000000000LL), is_busy = false;
    for (long i = 0; i < connection_count; i++) {
      struct connection *connection = &connections[i];
      bool is_asked = connection->state == sending || connection->state == awaiting;
      if (is_asked && now - connection->began > timeout_ns) note_failure(connection, timed_out);
      if (connection->state == connecting && connection->fd < 0 && now >= connection->rest_until && !is_over)
        open_anew(connection);
      if (connection->state == resting && now >= connection->rest_until && issued < limit && !is_over)
        begin(connection);
      is_asked = connection->state == sending || connection->state == awaiting;
      is_busy = is_busy || is_asked;
    }
    if (is_busy || !(is_over || issued >= limit)) continue;
    if (is_over || !warm) break;
    printf("warm\n");
    fflush(stdout);
    if (getchar() == EOF) break;
    warm = 0;
    limit = wanted ? limit + (uint64_t)wanted : UINT64_MAX;
  }
  report();
  fflush(stdout);
  if (holds) getchar();
  return 0;
}
