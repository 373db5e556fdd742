// The floor of a hit over TLS 1.3, and of a handshake: the plain loop over OpenSSL.
// Usage: tls PORT OCTETS CERTIFICATE KEY CIPHERSUITES [PROCESSES]
#include "secure.h"

struct connection {
  struct secure secure;
  int state;  // how much of "\r\n\r\n" has been seen
};

static char *response, plain[65536];
static size_t length;

static bool answer(struct secure *secure) {
  struct connection *connection = (struct connection *)secure;
  for (;;) {
    int count = read_plain(secure, plain, sizeof plain);
    if (count <= 0) return count == 0;
    for (int heads = heads_ended(plain, (size_t)count, &connection->state); heads > 0; heads--)
      SSL_write(secure->ssl, response, (int)length);
    if (!has_plain(secure)) return true;
  }
}

int main(int count, char **words) {
  if (count < 6 || count > 7)
    return fprintf(stderr, "usage: tls PORT OCTETS CERTIFICATE KEY CIPHERSUITES [PROCESSES]\n"), 2;
  end_with_parent();
  raise_descriptors();
  response = ready_response(strtoul(words[2], NULL, 10), &length);
  SSL_CTX *tls = context(words[3], words[4], words[5]);
  int listener = listen_on(atoi(words[1]));
  // Others beside this one share the listener: nothing else is between them.
  for (int other = count == 7 ? atoi(words[6]) - 1 : 0; other > 0; other--)
    if (fork() == 0) {
      end_with_parent();
      break;
    }
  run(tls, listener, sizeof(struct connection));
}
