// The floor of a hit over HTTP/2 and TLS 1.3: ready-made HEADERS and DATA frames for every HEADERS frame, of which no
// field is decoded. Small answers to one read leave in full records. Of RFC 9113 it does what a client needs to go on:
// SETTINGS and PING are acknowledged, and the connection's window is kept; a stream's has to take the whole body, which
// is looked at when the client says it. Usage: http2 PORT OCTETS CERTIFICATE KEY CIPHERSUITES
#include "frames.h"
#include "secure.h"

enum {
  record = 16384,
  burst = 131072,  // so many octets are made for one send, and stay in the core's cache
  streams = 128,
};

struct connection {
  struct secure secure;
  size_t preface_left;
  char partial[frame_head + frame_limit];  // a frame of which the end has not come
  size_t held;
  int64_t window;  // what the client takes on this connection
  bool has_begun, has_answered;
  uint32_t waiting[streams];  // streams to be answered, the first at waiting[first % streams]
  uint32_t first, last;
};

// Frames with the fields' octets as they are on a connection's first answer, which puts them into the client's table,
// and as they are ever after, indexed.
struct response {
  char *octets;
  size_t length, frames;
};

static struct response responses[2];
static size_t body;
static char plain[65536], batch[record + 8192];
static size_t batched;

// A literal with incremental indexing (RFC 7541 §6.2.1), its name from the static table.
static char *put_field(char *at, int name, const char *value) {
  return put_string(put_integer(at, 0x40, 6, (size_t)name), value, strlen(value));
}

static struct response ready(bool is_first) {
  char block[512], *end = block, number[24], tag[24];
  snprintf(number, sizeof number, "%zu", body);
  snprintf(tag, sizeof tag, "\"6f1d-%zx\"", body);
  *end++ = (char)0x88;  // :status 200
  if (is_first) {
    end = put_field(end, 54, "origin");                           // server
    end = put_field(end, 33, "Mon, 06 Jan 2025 10:00:00 GMT");    // date
    end = put_field(end, 31, "text/html; charset=utf-8");         // content-type
    end = put_field(end, 28, number);                             // content-length
    end = put_field(end, 44, "Mon, 06 Jan 2025 09:00:00 GMT");    // last-modified
    end = put_field(end, 34, tag);                                // etag
    end = put_field(end, 24, "public, max-age=3600");             // cache-control
    end = put_field(end, 21, "12");                               // age
    end = put_field(end, 60, "2 loop");                           // via
  } else {
    for (int index = 70; index >= 62; index--) *end++ = (char)(0x80 | index);
  }
  size_t block_length = (size_t)(end - block), frames = 1 + (body + frame_limit - 1) / frame_limit;
  struct response made = {malloc(block_length + body + frames * frame_head), 0, frames};
  if (!made.octets) die("malloc");
  char *at = put_frame(made.octets, block_length, frame_headers, flag_end_headers, 0);
  at = memcpy(at, block, block_length) + block_length;
  for (size_t left = body; left;) {
    size_t part = left < frame_limit ? left : frame_limit;
    left -= part;
    at = put_frame(at, part, frame_data, left ? 0 : flag_end_stream, 0);
    at = memset(at, 'x', part) + part;
  }
  made.length = (size_t)(at - made.octets);
  return made;
}

// All its frames are for this stream.
static void address(const struct response *response, uint32_t stream) {
  for (size_t at = 0, frame = 0; frame < response->frames; frame++) {
    put_word(response->octets + at + 5, stream);
    at += frame_size(response->octets + at, frame_head);
  }
}

static void flush(struct secure *secure) {
  if (batched) SSL_write(secure->ssl, batch, (int)batched);
  batched = 0;
}

// Octets for the client: small ones gather until a record is full.
static void write_plain(struct secure *secure, const char *octets, size_t count) {
  if (count > sizeof batch - record) {
    flush(secure);
    SSL_write(secure->ssl, octets, (int)count);
    return;
  }
  memcpy(batch + batched, octets, count);
  batched += count;
  if (batched < record) return;
  SSL_write(secure->ssl, batch, record);
  memmove(batch, batch + record, batched -= record);
}

static void write_answers(struct connection *connection) {
  struct secure *secure = &connection->secure;
  while (connection->first != connection->last && connection->window >= (int64_t)body) {
    if (made_end + batched >= burst) {
      secure->has_more = true;
      return;
    }
    const struct response *response = &responses[connection->has_answered];
    address(response, connection->waiting[connection->first++ % streams]);
    write_plain(secure, response->octets, response->length);
    connection->window -= (int64_t)body;
    connection->has_answered = true;
  }
  secure->has_more = false;
}

// Takes one whole frame; false at one that is not for such a simple server.
static bool take_frame(struct connection *connection, const char *frame, size_t length) {
  const char *payload = frame + frame_head;
  int type = frame[3], flags = frame[4];
  uint32_t stream = word_at(frame + 5) & 0x7FFFFFFF;
  char reply[frame_head + 8];
  if (type == frame_headers) {
    if (!(flags & flag_end_stream) || !(flags & flag_end_headers)) return false;
    if (connection->last - connection->first == streams) return false;
    connection->waiting[connection->last++ % streams] = stream;
  } else if (type == frame_settings && !(flags & flag_ack)) {
    for (size_t at = 0; at + 6 <= length; at += 6)
      if (payload[at + 1] == 4 && word_at(payload + at + 2) < body)
        return fprintf(stderr, "a stream's window is smaller than the body\n"), false;
    put_frame(reply, 0, frame_settings, flag_ack, 0);
    write_plain(&connection->secure, reply, frame_head);
  } else if (type == frame_ping && !(flags & flag_ack) && length == 8) {
    memcpy(put_frame(reply, 8, frame_ping, flag_ack, 0), payload, 8);
    write_plain(&connection->secure, reply, sizeof reply);
  } else if (type == frame_window_update && length == 4 && stream == 0) {
    connection->window += word_at(payload);
  } else if (type == frame_goaway) {
    return false;
  }
  return true;
}

// Takes what has been read; frames that are whole are looked at where they lie.
static bool take_octets(struct connection *connection, const char *octets, size_t count) {
  while (count) {
    size_t part, size = connection->held ? 0 : frame_size(octets, count);
    if (connection->preface_left) {
      part = connection->preface_left < count ? connection->preface_left : count;
      connection->preface_left -= part;
    } else if (size && size <= count) {
      if (!take_frame(connection, octets, size - frame_head)) return false;
      part = size;
    } else {
      size = frame_size(connection->partial, connection->held);
      part = (size ? size : frame_head) - connection->held;
      if (part > count) part = count;
      if (connection->held + part > sizeof connection->partial) return false;
      memcpy(connection->partial + connection->held, octets, part);
      connection->held += part;
      if (connection->held == frame_size(connection->partial, connection->held)) {
        if (!take_frame(connection, connection->partial, connection->held - frame_head)) return false;
        connection->held = 0;
      }
    }
    octets += part, count -= part;
  }
  return true;
}

static void begin_session(struct connection *connection) {
  char settings[frame_head + 6] = {0};
  put_frame(settings, 6, frame_settings, 0, 0);
  settings[frame_head + 1] = 3, settings[frame_head + 5] = (char)streams;  // SETTINGS_MAX_CONCURRENT_STREAMS
  write_plain(&connection->secure, settings, sizeof settings);
  connection->preface_left = preface_size;
  connection->window = 65535;
  connection->has_begun = true;
}

static bool answer(struct secure *secure) {
  struct connection *connection = (struct connection *)secure;
  while (!secure->has_more && has_plain(secure)) {
    int count = read_plain(secure, plain, sizeof plain);
    if (count > 0 && !connection->has_begun) begin_session(connection);
    if (count < 0 || !take_octets(connection, plain, (size_t)count)) return batched = 0, false;
    if (!count) break;
  }
  write_answers(connection);
  flush(secure);
  return true;
}

static int choose(SSL *ssl, const unsigned char **chosen, unsigned char *length, const unsigned char *offered,
    unsigned int size, void *nothing) {
  (void)ssl, (void)nothing;
  for (unsigned int at = 0; at + 2 < size; at += 1u + offered[at])
    if (offered[at] == 2 && memcmp(offered + at + 1, "h2", 2) == 0) {
      *chosen = offered + at + 1, *length = 2;
      return SSL_TLSEXT_ERR_OK;
    }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

int main(int count, char **words) {
  if (count != 6) return fprintf(stderr, "usage: http2 PORT OCTETS CERTIFICATE KEY CIPHERSUITES\n"), 2;
  end_with_parent();
  raise_descriptors();
  body = strtoul(words[2], NULL, 10);
  responses[0] = ready(true), responses[1] = ready(false);
  SSL_CTX *tls = context(words[3], words[4], words[5]);
  SSL_CTX_set_alpn_select_cb(tls, choose, NULL);
  run(tls, listen_on(atoi(words[1])), sizeof(struct connection));
}
