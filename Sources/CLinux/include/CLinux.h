#pragma once
// What Swift's Glibc overlay cannot import: functions behind _GNU_SOURCE, variadic calls, macros that compute.
#include <pthread.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

/// `accept4` with SOCK_NONBLOCK | SOCK_CLOEXEC; -1 and errno on failure.
int clinux_accept(int listener, struct sockaddr *address, socklen_t *length);

/// Sets the octets that an event gives back; `events` are EPOLL* bits. 0, or -1 and errno.
int clinux_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token);

/// O_NONBLOCK and FD_CLOEXEC on a descriptor that came from elsewhere. 0, or -1 and errno.
int clinux_set_nonblocking(int descriptor);

/// Nanoseconds of CLOCK_MONOTONIC.
int64_t clinux_monotonic(void);

/// Nanoseconds of CLOCK_REALTIME since 1970.
int64_t clinux_realtime(void);

/// Names a thread, at most 15 octets; a longer name is cut.
void clinux_name_thread(pthread_t thread, const char *name);

/// Waits until a thread has ended, or until `deadline`, nanoseconds of CLOCK_MONOTONIC. 0, or an errno.
int clinux_join(pthread_t thread, int64_t deadline);

/// The most octets of a path that fit `sun_path` with its final NUL.
extern const int clinux_unix_path_limit;
