// What the clients share beyond the loops: a browser's request and the reading of an answer.
#pragma once
#include "../loops/net.h"
#include "options.h"
#include <fcntl.h>

// What a browser sends for a page today, after the request line and Host; with those some 640 octets.
#define BROWSER_FIELDS                                                                                              \
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "            \
  "Safari/537.36\r\n"                                                                                               \
  "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8\r\n"     \
  "Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: en-GB,en;q=0.9,gd;q=0.8\r\n"                         \
  "Connection: keep-alive\r\nDNT: 1\r\nSec-CH-UA: \"Chromium\";v=\"126\", \"Not/A)Brand\";v=\"8\"\r\n"               \
  "Sec-CH-UA-Mobile: ?0\r\nSec-CH-UA-Platform: \"Linux\"\r\nSec-Fetch-Dest: document\r\n"                            \
  "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Site: none\r\nSec-Fetch-User: ?1\r\nUpgrade-Insecure-Requests: 1\r\n"

// An answer as far as it has come.
struct answer {
  char head[8192];
  size_t filled;
  uint64_t left;  // octets of its body still to come
  int status;     // 0 until its head is whole
  bool closes;    // it says that nothing follows
};

static inline const char *field(const char *head, const char *name) {
  for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n"))
    if (strncasecmp(line + 2, name, strlen(name)) == 0) {
      const char *value = line + 2 + strlen(name);
      while (*value == ' ') value++;
      return value;
    }
  return NULL;
}

// Takes octets of an answer with a Content-Length; 1 when it is whole, 0 while it comes, -1 if it is none.
static inline int understand(struct answer *answer, const char *octets, size_t count) {
  while (count) {
    if (answer->status) {
      if (count > answer->left) return -1;
      answer->left -= count;
      break;
    }
    if (answer->filled == sizeof answer->head - 1) return -1;
    answer->head[answer->filled++] = *octets++, count--;
    if (answer->filled < 12 || memcmp(answer->head + answer->filled - 4, "\r\n\r\n", 4)) continue;
    answer->head[answer->filled] = 0;
    if (memcmp(answer->head, "HTTP/1.1 ", 9)) return -1;
    answer->status = atoi(answer->head + 9);
    if (answer->status >= 100 && answer->status < 200) {
      answer->status = 0, answer->filled = 0;
      continue;
    }
    const char *length = field(answer->head, "content-length:"), *option = field(answer->head, "connection:");
    bool is_bare = answer->status == 204 || answer->status == 304;
    if (!length && !is_bare) return -1;
    answer->left = is_bare ? 0 : strtoull(length, NULL, 10);
    answer->closes = option && strncasecmp(option, "close", 5) == 0;
  }
  return answer->status && !answer->left;
}
