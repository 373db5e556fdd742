// Counts what a program asks of the allocator, thread by thread, into a file that another process maps too.
//
//   MALLOC_COUNT=FILE LD_PRELOAD=malloc_count.so PROGRAM
//
// FILE begins with `struct page` (below; Benchmarks/bench/allocation.py reads the same). While `is_armed` is set, the
// first callers are kept as well. The real allocator is called by glibc's own second names, so that nothing here
// allocates; mmap goes to the kernel.
#define _GNU_SOURCE
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { threads = 64, traces = 64, depth = 24 };

struct thread {
  atomic_int id;
  int unused;
  atomic_ulong allocations, octets, frees, mappings;
};

struct trace {
  uint64_t id, octets, frames;
  void *callers[depth];
};

struct page {
  atomic_int is_armed, trace_count;
  struct thread threads[threads];
  struct trace traces[traces];
};

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static struct page *page;
static __thread struct thread *mine __attribute__((tls_model("initial-exec")));
static __thread bool is_inside __attribute__((tls_model("initial-exec")));

// A child is another thread than the one that forked it.
static void forget(void) { mine = NULL; }

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("MALLOC_COUNT");
  if (!path) return;
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *mapped = (void *)syscall(SYS_mmap, NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0L);
  close(fd);
  if (mapped == MAP_FAILED) return;
  // The first backtrace loads the unwinder, which allocates: now, before anyone counts.
  void *callers[1];
  backtrace(callers, 1);
  pthread_atfork(NULL, NULL, forget);
  page = mapped;
}

static struct thread *thread(void) {
  if (mine) return mine;
  int id = (int)syscall(SYS_gettid);
  for (int i = 0; i < threads; i++) {
    int none = 0;
    // Threads beyond the table share its last row.
    if (i == threads - 1 || atomic_compare_exchange_strong(&page->threads[i].id, &none, id))
      return mine = &page->threads[i];
  }
  return mine;
}

static void note(size_t octets, bool is_mapping) {
  if (!page || is_inside) return;
  is_inside = true;
  struct thread *row = thread();
  atomic_fetch_add(is_mapping ? &row->mappings : &row->allocations, 1);
  atomic_fetch_add(&row->octets, octets);
  if (atomic_load(&page->is_armed)) {
    int at = atomic_fetch_add(&page->trace_count, 1);
    if (at < traces) {
      page->traces[at].id = (uint64_t)row->id;
      page->traces[at].octets = octets;
      page->traces[at].frames = (uint64_t)backtrace(page->traces[at].callers, depth);
    }
  }
  is_inside = false;
}

void *malloc(size_t size) { return note(size, false), __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return note(count * size, false), __libc_calloc(count, size); }
void *realloc(void *old, size_t size) { return note(size, false), __libc_realloc(old, size); }
void *memalign(size_t alignment, size_t size) { return note(size, false), __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { return note(size, false), __libc_memalign(alignment, size); }

int posix_memalign(void **into, size_t alignment, size_t size) {
  note(size, false);
  void *made = __libc_memalign(alignment, size);
  if (!made) return ENOMEM;
  *into = made;
  return 0;
}

void free(void *old) {
  if (old && page && !is_inside) atomic_fetch_add(&thread()->frees, 1);
  __libc_free(old);
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset) {
  note(size, true);
  return (void *)syscall(SYS_mmap, at, size, protection, flags, fd, offset);
}
