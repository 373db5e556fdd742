// What the thread sanitizer does not see by itself: linked into what `make test-tsan` builds, and into nothing else.
//
// It sees what was compiled with it, and what it intercepts. `Mutex` is inlined into our code, but for the slow paths
// of a lock that is contended: they lie in libswiftSynchronization, which was compiled without it, and in the kernel,
// which hands the lock over. So it sees neither that the loser acquires nor that the winner releases, and takes all
// that they guard for races. Nothing is suppressed here: the same three functions, found before the library's, tell it
// what the library's do. What no lock orders is still reported; Contended.swift proves both.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void __tsan_acquire(void *word);
void __tsan_release(void *word);

// Of `Synchronization._MutexHandle`: self, the futex's word, comes in the register of Swift's context.
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void lockSlow(uint32_t thread, SELF void *word) __asm__(LOCK);
SWIFT bool tryLockSlow(SELF void *word) __asm__(TRY_LOCK);
SWIFT void unlockSlow(SELF void *word) __asm__(UNLOCK);

static SWIFT void (*libraryLock)(uint32_t thread, SELF void *word);
static SWIFT bool (*libraryTryLock)(SELF void *word);
static SWIFT void (*libraryUnlock)(SELF void *word);

__attribute__((constructor)) static void findLibrary(void) {
  libraryLock = dlsym(RTLD_NEXT, LOCK);
  libraryTryLock = dlsym(RTLD_NEXT, TRY_LOCK);
  libraryUnlock = dlsym(RTLD_NEXT, UNLOCK);
}

SWIFT void lockSlow(uint32_t thread, SELF void *word) {
  libraryLock(thread, word);
  __tsan_acquire(word);
}

SWIFT bool tryLockSlow(SELF void *word) {
  bool taken = libraryTryLock(word);
  if (taken) __tsan_acquire(word);
  return taken;
}

SWIFT void unlockSlow(SELF void *word) {
  __tsan_release(word);
  libraryUnlock(word);
}

// It intercepts the join by the wall clock, and not the one by a clock of one's choice: to it, threads that were joined
// so are leaks.
int pthread_clockjoin_np(pthread_t thread, void **result, clockid_t clock, const struct timespec *deadline) {
  struct timespec here, wall;
  clock_gettime(clock, &here);
  clock_gettime(CLOCK_REALTIME, &wall);
  int64_t left = (deadline->tv_sec - here.tv_sec) * INT64_C(1000000000) + deadline->tv_nsec - here.tv_nsec;
  int64_t end = wall.tv_sec * INT64_C(1000000000) + wall.tv_nsec + left;
  return pthread_timedjoin_np(thread, result, &(struct timespec){end / 1000000000, end % 1000000000});
}

// Who leaves by it leaves behind what is stuck, and so joins nobody: a thread that has ended is no leak there, and it
// would report one. Races are reported when they happen.
void _exit(int code) {
  for (;;) syscall(SYS_exit_group, code);
}
