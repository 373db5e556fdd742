// The floor of a hit over TLS 1.3: the plain loop over OpenSSL. A custom BIO over memory, so that a wake-up costs one
// recv and one send however many records they hold. Usage: tls PORT OCTETS CERTIFICATE KEY CIPHERSUITES
#include "net.h"
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

struct connection {
  int fd, state;
  SSL *ssl;
  char *in, *out;  // in: octets [in_at, in_end) for OpenSSL; out: octets [out_at, out_end) for the socket
  size_t in_at, in_end, out_at, out_end, out_size;
  struct readiness readiness;
};

enum { input_size = 65536 };
static char *response, plain[65536];
static size_t length;

static int bio_read(BIO *bio, char *into, size_t size, size_t *count) {
  struct connection *connection = BIO_get_data(bio);
  size_t held = connection->in_end - connection->in_at;
  BIO_clear_retry_flags(bio);
  if (!held) return BIO_set_retry_read(bio), 0;
  *count = held < size ? held : size;
  memcpy(into, connection->in + connection->in_at, *count);
  connection->in_at += *count;
  return 1;
}

static int bio_write(BIO *bio, const char *from, size_t size, size_t *count) {
  struct connection *connection = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  if (connection->out_end + size > connection->out_size) {
    connection->out_size = (connection->out_end + size) * 2;
    connection->out = realloc(connection->out, connection->out_size);
    if (!connection->out) die("realloc");
  }
  memcpy(connection->out + connection->out_end, from, size);
  connection->out_end += size;
  *count = size;
  return 1;
}

static long bio_control(BIO *bio, int command, long number, void *pointer) {
  (void)bio, (void)number, (void)pointer;
  return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP;
}

// Answers what has been received; false when the connection is over.
static bool decrypt(struct connection *connection) {
  for (;;) {
    int count = SSL_read(connection->ssl, plain, sizeof plain);
    if (count <= 0) {
      int reason = SSL_get_error(connection->ssl, count);
      ERR_clear_error();
      return reason == SSL_ERROR_WANT_READ;
    }
    for (int heads = heads_ended(plain, (size_t)count, &connection->state); heads > 0; heads--)
      SSL_write(connection->ssl, response, (int)length);
    // A second SSL_read only to be told to wait is spared, as the plain loop spares its second recv.
    if (connection->in_at == connection->in_end && !SSL_has_pending(connection->ssl)) return true;
  }
}

static bool serve(struct connection *connection) {
  for (;;) {
    while (connection->out_at < connection->out_end) {
      ssize_t sent = send(connection->fd, connection->out + connection->out_at,
          connection->out_end - connection->out_at, MSG_NOSIGNAL);
      if (sent < 0) return errno == EAGAIN || errno == EINTR;
      connection->out_at += (size_t)sent;
    }
    connection->out_at = connection->out_end = 0;
    if (!connection->readiness.is_readable) return true;
    ssize_t count = take(connection->fd, &connection->readiness, connection->in, input_size);
    if (count < 0) return false;
    connection->in_at = 0;
    connection->in_end = (size_t)count;
    if (count && !decrypt(connection)) return false;
  }
}

static SSL_CTX *context(char **words) {
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  if (!context || SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1
      || SSL_CTX_use_certificate_chain_file(context, words[3]) != 1
      || SSL_CTX_use_PrivateKey_file(context, words[4], SSL_FILETYPE_PEM) != 1
      || SSL_CTX_set_ciphersuites(context, words[5]) != 1) {
    ERR_print_errors_fp(stderr);
    exit(1);
  }
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  return context;
}

int main(int count, char **words) {
  if (count != 6) return fprintf(stderr, "usage: tls PORT OCTETS CERTIFICATE KEY CIPHERSUITES\n"), 2;
  end_with_parent();
  raise_descriptors();
  response = ready_response(strtoul(words[2], NULL, 10), &length);
  SSL_CTX *tls = context(words);
  BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "memory");
  BIO_meth_set_read_ex(method, bio_read);
  BIO_meth_set_write_ex(method, bio_write);
  BIO_meth_set_ctrl(method, bio_control);
  int listener = listen_on(atoi(words[1])), epoll = epoll_create1(EPOLL_CLOEXEC);
  watch(epoll, listener, NULL);
  struct epoll_event events[256];
  for (;;) {
    int ready = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < ready; i++) {
      struct connection *connection = events[i].data.ptr;
      if (!connection) {
        for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
          connection = calloc(1, sizeof *connection);
          connection->fd = fd;
          connection->in = malloc(input_size);
          connection->ssl = SSL_new(tls);
          BIO *bio = BIO_new(method);
          BIO_set_data(bio, connection);
          BIO_set_init(bio, 1);
          SSL_set_bio(connection->ssl, bio, bio);
          SSL_set_accept_state(connection->ssl);
          no_delay(fd);
          watch(epoll, fd, connection);
        }
        continue;
      }
      note(&connection->readiness, events[i].events);
      if (!serve(connection)) {
        close(connection->fd);
        SSL_free(connection->ssl);
        free(connection->in), free(connection->out), free(connection);
      }
    }
  }
}
