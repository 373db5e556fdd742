// The origin behind every proxy: answers from memory, one thread, edge-triggered epoll. Usage: origin PORT
//
//   GET /1k /100k /8m …       so many octets, cacheable for an hour
//   GET /pass/1k              the same, not to be stored
//   GET /delay/50/pass/1k     the same 50 ms later
//   POST /pass/16k            takes any body (a length or chunks) and answers as GET does
//   GET /requests             how many requests it has answered, these not counted
//   GET /healthz              200
#include "net.h"

enum { input_size = 16384, block_size = 1 << 20, head_limit = 512 };

struct connection {
  int fd;
  struct readiness readiness;
  char input[input_size];
  size_t filled;             // octets of `input` not yet understood
  uint64_t body;             // octets of the request's body still to come, or of its present chunk
  bool is_chunked, is_last;  // in a chunked body; after its last chunk, in the trailers
  char head[head_limit];
  size_t head_at, head_end;
  uint64_t left;             // octets of the response's body still to send
  int64_t due;               // when a delayed response goes out; 0 for none
  bool closes;
  struct connection *next;
};

static char *block;
static uint64_t answered;
static struct connection *delayed;

// "8m" or "100k" or "12"; what is not a number is 0.
static uint64_t size_of(const char *text) {
  char *end;
  uint64_t size = strtoull(text, &end, 10);
  return *end == 'k' ? size << 10 : *end == 'm' ? size << 20 : size;
}

static bool begins(const char *text, const char *with) { return strncasecmp(text, with, strlen(with)) == 0; }

static const char *field(const char *head, const char *name) {
  for (const char *line = strstr(head, "\r\n"); line && line[2] != '\r'; line = strstr(line + 2, "\r\n"))
    if (begins(line + 2, name)) {
      const char *value = line + 2 + strlen(name);
      while (*value == ' ') value++;
      return value;
    }
  return NULL;
}

// Reads a whole head (ended by a 0) and readies the response to it.
static void respond(struct connection *connection, char *head) {
  const char *path = strchr(head, ' ');
  path = path ? path + 1 : "/";
  const char *length = field(head, "content-length:"), *coding = field(head, "transfer-encoding:");
  const char *option = field(head, "connection:");
  connection->body = length ? strtoull(length, NULL, 10) : 0;
  connection->is_chunked = coding != NULL;
  connection->is_last = false;
  connection->closes = option && begins(option, "close");
  connection->due = 0;
  char counted[32];
  int counted_size = 0;
  if (begins(path, "/delay/")) {
    connection->due = now_ns() + strtol(path + 7, NULL, 10) * 1000000;
    connection->next = delayed;
    delayed = connection;
    const char *rest = strchr(path + 7, '/');
    path = rest ? rest : "/";
  }
  bool is_counted = begins(path, "/requests"), is_passed = begins(path, "/pass/") || is_counted;
  uint64_t size = size_of(begins(path, "/pass/") ? path + 6 : path + 1);
  if (is_counted) size = (uint64_t)(counted_size = snprintf(counted, sizeof counted, "%lu\n", answered));
  else if (!begins(path, "/healthz")) answered++;
  if (begins(path, "/healthz")) is_passed = true;
  connection->head_at = 0;
  connection->head_end = (size_t)snprintf(connection->head, head_limit - sizeof counted,
      "HTTP/1.1 200 OK\r\nServer: origin\r\nDate: Mon, 06 Jan 2025 10:00:00 GMT\r\n"
      "Content-Type: text/html; charset=utf-8\r\nContent-Length: %lu\r\n"
      "Last-Modified: Mon, 06 Jan 2025 09:00:00 GMT\r\nETag: \"6f1d-%lx\"\r\nCache-Control: %s\r\n%s\r\n",
      size, size, is_passed ? "no-store" : "public, max-age=3600", connection->closes ? "Connection: close\r\n" : "");
  if (!is_passed) {
    // The Date must be a true one where the response is to be stored.
    time_t now = time(NULL);
    char date[32];
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S", gmtime(&now));
    memcpy(strstr(connection->head, "Date: ") + 6, date, strlen(date));
  }
  memcpy(connection->head + connection->head_end, counted, (size_t)counted_size);
  connection->head_end += (size_t)counted_size;
  connection->left = begins(head, "HEAD ") || is_counted ? 0 : size;
}

// Takes the body's octets out of the input; true when the body is over.
static bool take_body(struct connection *connection) {
  size_t at = 0;
  for (;;) {
    size_t part = connection->filled - at < connection->body ? connection->filled - at : (size_t)connection->body;
    at += part, connection->body -= part;
    bool is_over = !connection->body && !connection->is_chunked;
    char *line = connection->input + at, *end = NULL;
    if (!connection->body && connection->is_chunked) end = memmem(line, connection->filled - at, "\r\n", 2);
    if (end) {
      at += (size_t)(end - line) + 2;
      if (connection->is_last) connection->is_chunked = end != line;
      else if (end != line) {  // an empty line ends the chunk before
        connection->body = strtoull(line, NULL, 16);
        connection->is_last = connection->body == 0;
      }
      continue;
    }
    memmove(connection->input, connection->input + at, connection->filled -= at);
    return is_over;
  }
}

// Sends what is ready; 1 when all is sent, 0 when the socket is full, -1 at an end.
static int push(struct connection *connection) {
  while (connection->head_at < connection->head_end || connection->left) {
    struct iovec parts[2] = {
      {connection->head + connection->head_at, connection->head_end - connection->head_at},
      {block, connection->left < block_size ? (size_t)connection->left : block_size},
    };
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    ssize_t sent = sendmsg(connection->fd, &message, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == EINTR ? 0 : -1;
    size_t of_head = (size_t)sent < parts[0].iov_len ? (size_t)sent : parts[0].iov_len;
    connection->head_at += of_head;
    connection->left -= (size_t)sent - of_head;
  }
  return connection->closes ? -1 : 1;
}

// A turn of a connection; false when it is over.
static bool serve(struct connection *connection) {
  for (;;) {
    if (connection->due) return true;
    bool is_over = take_body(connection);
    if (is_over) {
      int pushed = push(connection);
      if (pushed <= 0) return pushed == 0;
    }
    char *end = is_over ? memmem(connection->input, connection->filled, "\r\n\r\n", 4) : NULL;
    if (end) {
      end[2] = 0;
      respond(connection, connection->input);
      size_t used = (size_t)(end + 4 - connection->input);
      memmove(connection->input, end + 4, connection->filled -= used);
      continue;
    }
    if (connection->filled == input_size) return false;
    if (!connection->readiness.is_readable) return true;
    ssize_t count = take(connection->fd, &connection->readiness, connection->input + connection->filled,
        input_size - connection->filled);
    if (count < 0) return false;
    connection->filled += (size_t)count;
  }
}

static void forget(struct connection *connection) {
  for (struct connection **at = &delayed; *at; at = &(*at)->next)
    if (*at == connection) {
      *at = connection->next;
      break;
    }
}

static void end(struct connection *connection) {
  forget(connection);
  close(connection->fd);
  free(connection);
}

static void serve_delayed(void) {
  int64_t now = now_ns();
  for (struct connection *one = delayed, *next; one; one = next) {
    next = one->next;
    if (one->due > now) continue;
    forget(one);
    one->due = 0;
    if (!serve(one)) end(one);
    next = delayed;  // the list may have changed in any way
  }
}

int main(int count, char **words) {
  if (count != 2) return fprintf(stderr, "usage: origin PORT\n"), 2;
  end_with_parent();
  raise_descriptors();
  block = malloc(block_size);
  memset(block, 'x', block_size);
  int listener = listen_on(atoi(words[1])), epoll = epoll_create1(EPOLL_CLOEXEC);
  watch(epoll, listener, NULL);
  struct epoll_event events[256];
  for (;;) {
    int ready = epoll_wait(epoll, events, 256, delayed ? 1 : -1);
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
      // While it delays its answer, a peer that has gone is let go all the same.
      bool is_gone = connection->due && (events[i].events & (EPOLLHUP | EPOLLERR));
      if (is_gone || !serve(connection)) end(connection);
    }
    if (delayed) serve_delayed();
  }
}
