// The words of a command line.
#pragma once
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// The word after a word of the command line; NULL where it is not there.
static inline const char *text_option(int count, char **words, const char *name) {
  for (int i = 1; i + 1 < count; i++)
    if (strcmp(words[i], name) == 0) return words[i + 1];
  return NULL;
}

// The number after a word of the command line, or what is usual.
static inline long option(int count, char **words, const char *name, long usual) {
  const char *word = text_option(count, words, name);
  return word ? atol(word) : usual;
}

static inline bool flag(int count, char **words, const char *name) {
  for (int i = 1; i < count; i++)
    if (strcmp(words[i], name) == 0) return true;
  return false;
}
