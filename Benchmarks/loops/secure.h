// What the loops over TLS share: OpenSSL with a custom BIO over memory, so that a wake-up costs one recv and one send
// however many records they hold. A loop brings `answer`, and a connection of its own that begins with a struct secure.
#pragma once
#include "net.h"
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

struct secure {
  int fd;
  SSL *ssl;
  char *in, *rest;  // in: octets [in_at, in_end) for OpenSSL; rest: what the socket did not take of earlier answers
  size_t in_at, in_end, rest_at, rest_end;
  struct readiness readiness;
  bool has_more;  // set by `answer`: it has left answers for when these octets have gone
};

enum { input_size = 65536 };

// Records that are made lie here until they are sent, of all connections in turn, and stay in the core's cache.
static char *made;
static size_t made_end, made_size;

// Reads what has come and writes answers to it, or those that it has left; false when the connection is over.
static bool answer(struct secure *secure);

static int bio_read(BIO *bio, char *into, size_t size, size_t *count) {
  struct secure *secure = BIO_get_data(bio);
  size_t held = secure->in_end - secure->in_at;
  BIO_clear_retry_flags(bio);
  if (!held) return BIO_set_retry_read(bio), 0;
  *count = held < size ? held : size;
  memcpy(into, secure->in + secure->in_at, *count);
  secure->in_at += *count;
  return 1;
}

static int bio_write(BIO *bio, const char *from, size_t size, size_t *count) {
  BIO_clear_retry_flags(bio);
  if (made_end + size > made_size) {
    made = realloc(made, made_size = (made_end + size) * 2);
    if (!made) die("realloc");
  }
  memcpy(made + made_end, from, size);
  made_end += size;
  *count = size;
  return 1;
}

static long bio_control(BIO *bio, int command, long number, void *pointer) {
  (void)bio, (void)number, (void)pointer;
  return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP;
}

// Octets of plain text: more than 0, 0 for none now, -1 for an end.
static inline int read_plain(struct secure *secure, char *into, size_t size) {
  int count = SSL_read(secure->ssl, into, (int)size);
  if (count > 0) return count;
  int reason = SSL_get_error(secure->ssl, count);
  ERR_clear_error();
  return reason == SSL_ERROR_WANT_READ ? 0 : -1;
}

// Whether another read would find anything: one only to be told to wait is spared, as the plain loop spares its recv.
static inline bool has_plain(struct secure *secure) {
  return secure->in_at < secure->in_end || SSL_has_pending(secure->ssl);
}

// Sends what has been made, and keeps what the socket does not take; false when the connection is over.
static bool push(struct secure *secure) {
  size_t at = 0;
  while (at < made_end) {
    ssize_t sent = send(secure->fd, made + at, made_end - at, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (sent < 0) {
      secure->rest_at = 0, secure->rest_end = made_end - at;
      secure->rest = malloc(secure->rest_end);
      if (!secure->rest) die("malloc");
      memcpy(secure->rest, made + at, secure->rest_end);
      return true;
    }
    at += (size_t)sent;
  }
  return true;
}

static bool serve(struct secure *secure) {
  for (;;) {
    while (secure->rest) {
      ssize_t sent = send(secure->fd, secure->rest + secure->rest_at, secure->rest_end - secure->rest_at, MSG_NOSIGNAL);
      if (sent < 0) return errno == EAGAIN || errno == EINTR;
      secure->rest_at += (size_t)sent;
      if (secure->rest_at == secure->rest_end) free(secure->rest), secure->rest = NULL;
    }
    if (!secure->has_more) {
      if (!secure->readiness.is_readable) return true;
      ssize_t count = take(secure->fd, &secure->readiness, secure->in, input_size);
      if (count < 0) return false;
      secure->in_at = 0;
      secure->in_end = (size_t)count;
      if (!count) continue;
    }
    made_end = 0;
    if (!answer(secure) || !push(secure)) return false;
  }
}

static SSL_CTX *context(const char *certificate, const char *key, const char *suites) {
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  if (!context || SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1
      || SSL_CTX_use_certificate_chain_file(context, certificate) != 1
      || SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1
      || SSL_CTX_set_ciphersuites(context, suites) != 1) {
    ERR_print_errors_fp(stderr);
    exit(1);
  }
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  return context;
}

static void begin(SSL_CTX *tls, BIO_METHOD *method, int epoll, int fd, size_t size) {
  struct secure *secure = calloc(1, size);
  secure->fd = fd;
  secure->in = malloc(input_size);
  secure->ssl = SSL_new(tls);
  BIO *bio = BIO_new(method);
  BIO_set_data(bio, secure);
  BIO_set_init(bio, 1);
  SSL_set_bio(secure->ssl, bio, bio);
  SSL_set_accept_state(secure->ssl);
  no_delay(fd);
  watch(epoll, fd, secure);
}

// The loop; `size` is that of the program's own connection.
static void run(SSL_CTX *tls, int listener, size_t size) {
  BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "memory");
  BIO_meth_set_read_ex(method, bio_read);
  BIO_meth_set_write_ex(method, bio_write);
  BIO_meth_set_ctrl(method, bio_control);
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  watch(epoll, listener, NULL);
  struct epoll_event events[256];
  for (;;) {
    int ready = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < ready; i++) {
      struct secure *secure = events[i].data.ptr;
      if (!secure) {
        for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;)
          begin(tls, method, epoll, fd, size);
        continue;
      }
      note(&secure->readiness, events[i].events);
      if (!serve(secure)) {
        close(secure->fd);
        SSL_free(secure->ssl);
        free(secure->in), free(secure->rest), free(secure);
      }
    }
  }
}
