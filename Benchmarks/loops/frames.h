// HTTP/2's frames (RFC 9113 §4.1) as the loop, the load and the abusive client need them.
#pragma once
#include "net.h"

enum { frame_head = 9, frame_limit = 16384 };  // the default SETTINGS_MAX_FRAME_SIZE
enum frame_type {
  frame_data, frame_headers, frame_priority, frame_reset, frame_settings, frame_push, frame_ping, frame_goaway,
  frame_window_update, frame_continuation, frame_priority_update = 0x10
};
enum { flag_ack = 0x1, flag_end_stream = 0x1, flag_end_headers = 0x4, flag_padded = 0x8, flag_priority = 0x20 };

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
enum { preface_size = sizeof preface - 1 };

static inline uint32_t word_at(const void *octets) {
  uint32_t number;
  memcpy(&number, octets, 4);
  return ntohl(number);
}

static inline char *put_word(char *at, uint32_t number) {
  number = htonl(number);
  return (char *)memcpy(at, &number, 4) + 4;
}

// The head of a frame; returns what is behind it.
static inline char *put_frame(char *at, size_t length, enum frame_type type, int flags, uint32_t stream) {
  at[0] = (char)(length >> 16), at[1] = (char)(length >> 8), at[2] = (char)length;
  at[3] = (char)type, at[4] = (char)flags;
  return put_word(at + 5, stream);
}

// An integer after the bits of its first octet (RFC 7541 §5.1).
static inline char *put_integer(char *at, int first, int bits, size_t number) {
  size_t most = (1u << bits) - 1;
  if (number < most) return *at++ = (char)(first | (int)number), at;
  *at++ = (char)(first | (int)most);
  for (number -= most; number >= 128; number >>= 7) *at++ = (char)(number | 128);
  *at++ = (char)number;
  return at;
}

static inline char *put_string(char *at, const char *octets, size_t length) {
  at = put_integer(at, 0, 7, length);
  return (char *)memcpy(at, octets, length) + length;
}

// The octets of the frame that begins here; 0 while its head is not whole.
static inline size_t frame_size(const char *octets, size_t known) {
  const unsigned char *head = (const unsigned char *)octets;
  return known < frame_head ? 0 : frame_head + ((size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2]);
}

// A frame that was read, with as much of its payload as anybody here asks for.
struct frame {
  uint32_t length, stream;
  uint8_t type, flags;
  unsigned char begun[32];
};

struct frame_reader {
  struct frame frame;
  char head[frame_head];
  size_t held, taken;  // octets of the head, and of the payload
};

// Reads on to the end of a frame; returns how many octets that took, and says whether it is whole.
static inline size_t read_frame(struct frame_reader *reader, const char *octets, size_t count, bool *is_whole) {
  struct frame *frame = &reader->frame;
  size_t used = 0;
  while (used < count && reader->held < frame_head) reader->head[reader->held++] = octets[used++];
  *is_whole = false;
  if (reader->held < frame_head) return used;
  frame->length = (uint32_t)(frame_size(reader->head, frame_head) - frame_head);
  frame->type = (uint8_t)reader->head[3], frame->flags = (uint8_t)reader->head[4];
  frame->stream = word_at(reader->head + 5) & 0x7FFFFFFF;
  size_t part = frame->length - reader->taken < count - used ? frame->length - reader->taken : count - used;
  for (size_t i = 0; i < part && reader->taken + i < sizeof frame->begun; i++)
    frame->begun[reader->taken + i] = (unsigned char)octets[used + i];
  reader->taken += part;
  *is_whole = reader->taken == frame->length;
  if (*is_whole) reader->held = reader->taken = 0;
  return used + part;
}
