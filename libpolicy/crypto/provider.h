/* SM3 and SM4-CTR straight from OpenSSL's default provider (provider-digest(7),
 * provider-cipher(7)).
 *
 * Why not EVP: fetching one digest and one cipher makes OpenSSL build the tables of all of them,
 * 1.3 ms in a fresh process (su, sudo, login), ten times what all else of a login may cost; the
 * provider's own functions are there in 0.1 ms and are the same code. Why a library context of its
 * own: the default one reads openssl.cnf and OPENSSL_CONF (su is setuid) and belongs to the calling
 * program, which may have restricted it. */
#ifndef GDPOP_CRYPTO_PROVIDER_H
#define GDPOP_CRYPTO_PROVIDER_H

#include <openssl/core_dispatch.h>

struct provider {
    void *context; /* first argument of newctx */
    struct {
        OSSL_FUNC_digest_newctx_fn *newctx;
        OSSL_FUNC_digest_init_fn *init;
        OSSL_FUNC_digest_update_fn *update;
        OSSL_FUNC_digest_final_fn *final;
        OSSL_FUNC_digest_dupctx_fn *dupctx;
        OSSL_FUNC_digest_freectx_fn *freectx; /* wipes */
    } sm3;
    struct {
        OSSL_FUNC_cipher_newctx_fn *newctx;
        OSSL_FUNC_cipher_encrypt_init_fn *init;
        OSSL_FUNC_cipher_update_fn *update;
        OSSL_FUNC_cipher_freectx_fn *freectx; /* wipes */
    } sm4_ctr;
};

/* Made once a process and never freed; shared by threads, valid in forked children. NULL with a
 * sentence when OpenSSL has not got them: the caller returns GDPOP_ERR_CRYPTO. */
const struct provider *provider_get(void);

#endif
