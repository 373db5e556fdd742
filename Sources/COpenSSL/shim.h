#pragma once
// Static-inline shims for OpenSSL's macros and variadic functions; no logic.
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

static inline int copenssl_set_min_version(SSL_CTX *context, int version) {
  return (int)SSL_CTX_set_min_proto_version(context, version);
}
static inline int copenssl_set_groups(SSL_CTX *context, const char *list) {
  return (int)SSL_CTX_set1_groups_list(context, list);
}
static inline void copenssl_set_options(SSL_CTX *context) {
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
}
/// Writes record by record, from wherever the octets lie then; an idle connection holds no record.
static inline void copenssl_set_modes(SSL_CTX *context) {
  SSL_CTX_set_mode(
      context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
}
static inline void copenssl_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }
static inline void copenssl_retry_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline void copenssl_retry_write(BIO *bio) { BIO_set_retry_write(bio); }
static inline void copenssl_set_server_name_callback(SSL_CTX *context, int (*callback)(SSL *, int *, void *)) {
  SSL_CTX_set_tlsext_servername_callback(context, callback);
}
/// 0 where there is no memory.
static inline int copenssl_set_server_name(SSL *connection, const char *name) {
  return (int)SSL_set_tlsext_host_name(connection, name);
}
/// A client's sessions are told to its callback, and kept by nobody else.
static inline void copenssl_tell_sessions(SSL_CTX *context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
}
static inline void copenssl_no_session_cache(SSL_CTX *context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}
static inline void copenssl_no_read_ahead(SSL_CTX *context) { SSL_CTX_set_read_ahead(context, 0); }

// The stacks' accessors are macros over casts.
static inline int copenssl_suites_count(const STACK_OF(SSL_CIPHER) *suites) { return sk_SSL_CIPHER_num(suites); }
static inline const SSL_CIPHER *copenssl_suite(const STACK_OF(SSL_CIPHER) *suites, int index) {
  return sk_SSL_CIPHER_value(suites, index);
}
/// The list, not what is in it.
static inline void copenssl_suites_free(STACK_OF(SSL_CIPHER) *suites) { sk_SSL_CIPHER_free(suites); }
static inline STACK_OF(X509) *copenssl_chain_new(void) { return sk_X509_new_null(); }
/// Takes the certificate over; 0 where there is no memory.
static inline int copenssl_chain_push(STACK_OF(X509) *chain, X509 *certificate) {
  return sk_X509_push(chain, certificate);
}
static inline void copenssl_chain_free(STACK_OF(X509) *chain) { sk_X509_pop_free(chain, X509_free); }
static inline int copenssl_names_count(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
static inline const GENERAL_NAME *copenssl_name(const GENERAL_NAMES *names, int index) {
  return sk_GENERAL_NAME_value(names, index);
}
/// The octets of a DNS name or an IP address, else NULL; `kind` is a GEN_ constant.
static inline const ASN1_STRING *copenssl_name_octets(const GENERAL_NAME *name, int *kind) {
  *kind = name->type;
  if (name->type == GEN_DNS) return name->d.dNSName;
  return name->type == GEN_IPADD ? name->d.iPAddress : NULL;
}

/// The octets of a memory BIO, which keeps them.
static inline long copenssl_memory(BIO *bio, char **octets) { return BIO_get_mem_data(bio, octets); }

/// Of private keys in PEM; `key` is written by each decoding.
static inline OSSL_DECODER_CTX *copenssl_new_key_decoder(EVP_PKEY **key, OSSL_LIB_CTX *library) {
  return OSSL_DECODER_CTX_new_for_pkey(key, "PEM", NULL, NULL, EVP_PKEY_KEYPAIR, library, NULL);
}
/// Octets of a memory BIO that were read.
static inline long copenssl_position(BIO *bio) { return BIO_tell(bio); }
static inline int copenssl_has_ended(BIO *bio) { return BIO_eof(bio); }

/// A new P-256 key of the default library context.
static inline EVP_PKEY *copenssl_new_p256_key(void) { return EVP_EC_gen("P-256"); }

/// HMAC-SHA-256 for a ticket; the parameters' names have to outlive the call, which literals of C do.
static inline int copenssl_hmac_sha256(EVP_MAC_CTX *mac, unsigned char *key, size_t count) {
  OSSL_PARAM parameters[3] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key, count),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
      OSSL_PARAM_construct_end(),
  };
  return EVP_MAC_CTX_set_params(mac, parameters);
}
