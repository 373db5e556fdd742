#include "CLinux.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/un.h>
#include <time.h>

int clinux_accept(int listener, struct sockaddr *address, socklen_t *length) {
  return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int clinux_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token) {
  struct epoll_event event = {.events = events, .data.u64 = token};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

int clinux_set_nonblocking(int descriptor) {
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) return -1;
  return fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

static int64_t nanoseconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clinux_monotonic(void) { return nanoseconds(CLOCK_MONOTONIC); }
int64_t clinux_realtime(void) { return nanoseconds(CLOCK_REALTIME); }

void clinux_name_thread(pthread_t thread, const char *name) {
  char cut[16];
  snprintf(cut, sizeof cut, "%s", name);
  pthread_setname_np(thread, cut);
}

int clinux_join(pthread_t thread, int64_t deadline) {
  struct timespec end = {.tv_sec = deadline / 1000000000, .tv_nsec = deadline % 1000000000};
  return pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &end);
}

const int clinux_unix_path_limit = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;
