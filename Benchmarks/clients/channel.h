// A client's connection, plain or over TLS; nothing blocks. Certificates are not verified (a test's is its own
// authority), but a server must prove that it has the key of the one it shows.
#pragma once
#include "../loops/net.h"
#include <openssl/err.h>
#include <openssl/ssl.h>

struct channel {
  int fd;
  SSL *ssl;  // NULL for a plain one
  bool is_ready;
};

// What becomes of a server's session tickets, as they come.
static void take_ticket(struct channel *channel, SSL_SESSION *session);

static int new_session(SSL *ssl, SSL_SESSION *session) {
  take_ticket(SSL_get_app_data(ssl), session);
  return 0;
}

// TLS 1.3 alone; NULL where a library's usual list will do. `protocol` is for ALPN, or NULL to say nothing of it.
static inline SSL_CTX *client_context(const char *suites, const char *groups, const char *protocol) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  unsigned char offered[32];
  if (protocol) offered[0] = (unsigned char)strlen(protocol), memcpy(offered + 1, protocol, offered[0]);
  if (!context || SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1
      || (suites && SSL_CTX_set_ciphersuites(context, suites) != 1)
      || (groups && SSL_CTX_set1_groups_list(context, groups) != 1)
      || (protocol && SSL_CTX_set_alpn_protos(context, offered, offered[0] + 1u) != 0)) {
    ERR_print_errors_fp(stderr);
    exit(2);
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
      | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, new_session);
  return context;
}

// Begins a connection, in `fd`, over TLS where there is a context; false when it is refused at once.
static inline bool channel_open(struct channel *channel, int fd, SSL_CTX *context, SSL_SESSION *resumed) {
  *channel = (struct channel){.fd = fd};
  if (fd < 0 || !context) return fd >= 0;
  if (!(channel->ssl = SSL_new(context))) die("SSL_new");
  SSL_set_app_data(channel->ssl, channel);
  SSL_set_fd(channel->ssl, fd);
  SSL_set_connect_state(channel->ssl);
  SSL_set_tlsext_host_name(channel->ssl, "localhost");
  if (resumed) SSL_set_session(channel->ssl, resumed);
  return true;
}

static inline void channel_close(struct channel *channel) {
  if (channel->ssl) SSL_free(channel->ssl);
  if (channel->fd >= 0) close(channel->fd);
  *channel = (struct channel){.fd = -1};
}

// What OpenSSL's answer means in the words of recv and send.
static inline ssize_t channel_result(struct channel *channel, int result) {
  if (result > 0) return result;
  int reason = SSL_get_error(channel->ssl, result), failure = errno;
  ERR_clear_error();
  if (reason == SSL_ERROR_ZERO_RETURN) return 0;
  if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) errno = EAGAIN;
  else errno = reason == SSL_ERROR_SYSCALL && failure ? failure : EPROTO;
  return -1;
}

// Once the socket is connected: 1 when octets may go, 0 while the handshake goes on, -1 when it has failed.
static inline int channel_shake(struct channel *channel) {
  if (channel->ssl && !channel->is_ready) {
    if (channel_result(channel, SSL_do_handshake(channel->ssl)) <= 0) return errno == EAGAIN ? 0 : -1;
  }
  channel->is_ready = true;
  return 1;
}

static inline ssize_t channel_send(struct channel *channel, const char *octets, size_t count) {
  if (!channel->ssl) return send(channel->fd, octets, count, MSG_NOSIGNAL);
  return channel_result(channel, SSL_write(channel->ssl, octets, (int)count));
}

static inline ssize_t channel_receive(struct channel *channel, char *into, size_t size) {
  if (!channel->ssl) return recv(channel->fd, into, size, 0);
  return channel_result(channel, SSL_read(channel->ssl, into, (int)size));
}

// The name of the key that a ticket was made with (RFC 5077 §4), 16 octets; NULL for none.
static inline const unsigned char *ticket_key(SSL_SESSION *session) {
  const unsigned char *ticket;
  size_t length;
  SSL_SESSION_get0_ticket(session, &ticket, &length);
  return length >= 16 ? ticket : NULL;
}
