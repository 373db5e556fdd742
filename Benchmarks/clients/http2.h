// HTTP/2 as far as a load needs it: one request at a time on a connection, its answer taken to the end. Of an answer's
// fields only the status is understood, which leads them (RFC 9113 §8.3).
#pragma once
#include "../loops/frames.h"
#include "client.h"

enum { window_size = 0x7FFFFFFF, window_renewed = 1 << 29, answer_given_up = -2 };

struct session {
  struct frame_reader reader;
  uint32_t stream;    // of the request under way, or of the last one
  uint64_t unacknowledged, body;  // octets of the connection's window that are used up; of this answer's body
  char said[4096];    // frames that are to go before the next request
  size_t said_length;
};

// The octets with which every connection begins: windows that no body here uses up.
static inline size_t session_greeting(char *into) {
  char *at = (char *)memcpy(into, preface, preface_size) + preface_size;
  at = put_frame(at, 12, frame_settings, 0, 0);
  *at++ = 0, *at++ = 2, at = put_word(at, 0);            // SETTINGS_ENABLE_PUSH
  *at++ = 0, *at++ = 4, at = put_word(at, window_size);  // SETTINGS_INITIAL_WINDOW_SIZE
  at = put_frame(at, 4, frame_window_update, 0, 0);
  return (size_t)(put_word(at, window_size - 65535) - into);
}

// A browser's GET of a path, every field a literal that nobody has to remember; its stream's id is put in later.
static inline size_t session_request(char *into, const char *path, size_t path_length, int port) {
  char authority[32], lower[64], *at = into + frame_head;
  int length = snprintf(authority, sizeof authority, "localhost:%d", port);
  *at++ = (char)0x82, *at++ = (char)0x87;  // :method GET, :scheme https
  at = put_string(put_integer(at, 0, 4, 4), path, path_length);
  at = put_string(put_integer(at, 0, 4, 1), authority, (size_t)length);
  for (const char *line = BROWSER_FIELDS; *line; line = strstr(line, "\r\n") + 2) {
    size_t name = strcspn(line, ":"), value = strcspn(line + name + 2, "\r");
    for (size_t i = 0; i < name; i++) lower[i] = (char)(line[i] | (line[i] >= 'A' && line[i] <= 'Z' ? 0x20 : 0));
    if (name == 10 && memcmp(lower, "connection", 10) == 0) continue;
    *at++ = 0;
    at = put_string(put_string(at, lower, name), line + name + 2, value);
  }
  put_frame(into, (size_t)(at - into) - frame_head, frame_headers, flag_end_stream | flag_end_headers, 0);
  return (size_t)(at - into);
}

// The status that begins a block of fields (RFC 7541 §6, the digits' codes Appendix B); 0 for another beginning.
static inline int status_of(const unsigned char *block, size_t count) {
  static const int indexed[] = {200, 204, 206, 304, 400, 404, 500};
  size_t at = 0;
  for (; at < count && (block[at] & 0xE0) == 0x20; at++)  // the table's size, in as many octets as it takes
    if ((block[at] & 0x1F) == 0x1F)
      while (++at < count && block[at] & 0x80) continue;
  if (at >= count) return 0;
  if (block[at] >= 0x88 && block[at] <= 0x8E) return indexed[block[at] - 0x88];
  if (block[at] != 0x48 && block[at] != 0x08 && block[at] != 0x18) return 0;
  if (at + 4 >= count) return 0;
  if (block[at + 1] == 3) return atoi((char[]){(char)block[at + 2], (char)block[at + 3], (char)block[at + 4], 0});
  if (!(block[at + 1] & 0x80)) return 0;
  uint32_t bits = (uint32_t)block[at + 2] << 24 | (uint32_t)block[at + 3] << 16 | (uint32_t)block[at + 4] << 8;
  int status = 0;
  for (int digit = 0; digit < 3; digit++) {
    bool is_short = bits >> 27 < 3;  // 0, 1 and 2 have five bits, the others six
    status = status * 10 + (int)(is_short ? bits >> 27 : (bits >> 26) - 22);
    bits <<= is_short ? 5 : 6;
  }
  return status;
}

static inline void session_says(struct session *session, const char *octets, size_t count) {
  // A peer that asks faster than it reads is no peer for this client.
  if (session->said_length + count > sizeof session->said) return;
  memcpy(session->said + session->said_length, octets, count);
  session->said_length += count;
}

// A frame of the server's; as `understand`: 1 when the answer is whole, 0 while it comes, -1 if it is none; and -2 when
// the server lets go of the stream or will not take it.
static inline int session_frame(struct session *session, struct answer *answer, const struct frame *frame) {
  char reply[frame_head + 8], *end = NULL;
  bool is_ours = frame->stream == session->stream, ends = frame->flags & flag_end_stream;
  switch (frame->type) {
    case frame_settings:
      if (!(frame->flags & flag_ack)) end = put_frame(reply, 0, frame_settings, flag_ack, 0);
      break;
    case frame_ping:
      if (frame->flags & flag_ack) break;
      end = (char *)memcpy(put_frame(reply, 8, frame_ping, flag_ack, 0), frame->begun, 8) + 8;
      break;
    case frame_goaway:
      answer->closes = true;
      return word_at(frame->begun) >= session->stream ? 0 : answer_given_up;
    case frame_data:
      session->unacknowledged += frame->length;
      session->body += frame->length;
      if (session->unacknowledged >= window_renewed) {
        end = put_word(put_frame(reply, 4, frame_window_update, 0, 0), (uint32_t)session->unacknowledged);
        session->unacknowledged = 0;
      }
      if (!is_ours || !answer->status) return -1;
      break;
    case frame_headers: {
      size_t skipped = (frame->flags & flag_padded ? 1 : 0) + (frame->flags & flag_priority ? 5 : 0);
      int status = status_of(frame->begun + skipped, sizeof frame->begun - skipped);
      answer->filled = 1;  // it has begun
      if (!is_ours || (!status && !answer->status)) return -1;
      if (!answer->status && status >= 200) answer->status = status;
      break;
    }
    case frame_reset:
      if (is_ours) return answer_given_up;
      break;
    default:
      break;
  }
  if (end) session_says(session, reply, (size_t)(end - reply));
  bool is_answer = frame->type == frame_data || frame->type == frame_headers;
  return is_answer && is_ours && ends && answer->status;
}

// Takes octets of an answer, as `understand` does over HTTP/1.1.
static inline int session_understand(struct session *session, struct answer *answer, const char *octets, size_t count) {
  int whole = 0;
  while (count) {
    bool is_frame;
    size_t used = read_frame(&session->reader, octets, count, &is_frame);
    octets += used, count -= used;
    if (!is_frame) continue;
    int result = session_frame(session, answer, &session->reader.frame);
    if (result < 0) return result;
    whole |= result;
  }
  return whole;
}
