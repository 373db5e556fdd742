// What became of the requests of a load.
#pragma once
#include "../loops/net.h"

enum failure { refused, unshaken, unanswered, cut, timed_out, malformed, failures };
static const char *failure_names[] = {"refused", "unshaken", "unanswered", "cut", "timed_out", "malformed"};

static struct {
  int64_t started;
  uint64_t issued, answered, closed, shaken, resumed, statuses[6], failed[failures];
  int32_t *latencies;  // microseconds
  size_t latency_size;
  unsigned char ticket_keys[256][16];
  uint64_t ticket_key_count;
} tally;

static inline void tally_answer(int status, int64_t nanoseconds) {
  int class = status / 100;
  tally.statuses[class >= 1 && class <= 5 ? class : 0]++;
  if (tally.answered == tally.latency_size) {
    tally.latency_size = tally.latency_size ? tally.latency_size * 2 : 65536;
    tally.latencies = realloc(tally.latencies, tally.latency_size * sizeof *tally.latencies);
    if (!tally.latencies) die("realloc");
  }
  tally.latencies[tally.answered++] = (int32_t)(nanoseconds / 1000);
}

// Counts the keys that tickets are made with, by their names.
static inline void tally_ticket_key(const unsigned char *name) {
  for (uint64_t i = 0; i < tally.ticket_key_count; i++)
    if (memcmp(tally.ticket_keys[i], name, 16) == 0) return;
  if (tally.ticket_key_count == sizeof tally.ticket_keys / 16) return;
  memcpy(tally.ticket_keys[tally.ticket_key_count++], name, 16);
}

static inline int by_size(const void *one, const void *other) {
  int32_t a = *(const int32_t *)one, b = *(const int32_t *)other;
  return (a > b) - (a < b);
}

static inline double latency(double part) {
  return tally.answered ? tally.latencies[(size_t)(part * (double)(tally.answered - 1))] / 1000.0 : 0;
}

// One line of JSON.
static inline void tally_report(void) {
  if (tally.answered) qsort(tally.latencies, tally.answered, sizeof *tally.latencies, by_size);
  printf("{\"seconds\": %.3f, \"issued\": %lu, \"answered\": %lu, \"closed\": %lu",
      (double)(now_ns() - tally.started) / 1e9, tally.issued, tally.answered, tally.closed);
  for (int i = 1; i < 6; i++) printf(", \"%dxx\": %lu", i, tally.statuses[i]);
  for (int i = 0; i < failures; i++) printf(", \"%s\": %lu", failure_names[i], tally.failed[i]);
  printf(", \"shaken\": %lu, \"resumed\": %lu, \"ticket_keys\": %lu", tally.shaken, tally.resumed,
      tally.ticket_key_count);
  printf(", \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f}\n", latency(0.5), latency(0.99), latency(1));
  fflush(stdout);
}
