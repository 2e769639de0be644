#include "crypto/provider.h"
#include "base/err.h"
#include "base/text.h"

#include <openssl/core.h>
#include <openssl/crypto.h>
#include <openssl/provider.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static struct provider provider;
static bool ready;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* names: "SM3:1.2.156.10197.1.401" */
static bool has_name(const char *names, const char *name)
{
    size_t len = strlen(name);
    for (; names; names = strchr(names, ':')) {
        names += *names == ':';
        if (strncasecmp(names, name, len) == 0 && (names[len] == ':' || names[len] == '\0'))
            return true;
    }
    return false;
}

static const OSSL_DISPATCH *functions_of(OSSL_PROVIDER *from, int operation, const char *name)
{
    int no_cache;
    const OSSL_ALGORITHM *a = OSSL_PROVIDER_query_operation(from, operation, &no_cache);
    for (; a && a->algorithm_names; a++)
        if (has_name(a->algorithm_names, name))
            return a->implementation;
    return NULL;
}

static bool find_sm3(OSSL_PROVIDER *from)
{
    const OSSL_DISPATCH *d = functions_of(from, OSSL_OP_DIGEST, "SM3");
    for (; d && d->function_id; d++) {
        switch (d->function_id) {
        case OSSL_FUNC_DIGEST_NEWCTX:
            provider.sm3.newctx = OSSL_FUNC_digest_newctx(d);
            break;
        case OSSL_FUNC_DIGEST_INIT:
            provider.sm3.init = OSSL_FUNC_digest_init(d);
            break;
        case OSSL_FUNC_DIGEST_UPDATE:
            provider.sm3.update = OSSL_FUNC_digest_update(d);
            break;
        case OSSL_FUNC_DIGEST_FINAL:
            provider.sm3.final = OSSL_FUNC_digest_final(d);
            break;
        case OSSL_FUNC_DIGEST_DUPCTX:
            provider.sm3.dupctx = OSSL_FUNC_digest_dupctx(d);
            break;
        case OSSL_FUNC_DIGEST_FREECTX:
            provider.sm3.freectx = OSSL_FUNC_digest_freectx(d);
            break;
        default:
            break;
        }
    }
    return provider.sm3.newctx && provider.sm3.init && provider.sm3.update && provider.sm3.final &&
           provider.sm3.dupctx && provider.sm3.freectx;
}

static bool find_sm4_ctr(OSSL_PROVIDER *from)
{
    const OSSL_DISPATCH *d = functions_of(from, OSSL_OP_CIPHER, "SM4-CTR");
    for (; d && d->function_id; d++) {
        switch (d->function_id) {
        case OSSL_FUNC_CIPHER_NEWCTX:
            provider.sm4_ctr.newctx = OSSL_FUNC_cipher_newctx(d);
            break;
        case OSSL_FUNC_CIPHER_ENCRYPT_INIT:
            provider.sm4_ctr.init = OSSL_FUNC_cipher_encrypt_init(d);
            break;
        case OSSL_FUNC_CIPHER_UPDATE:
            provider.sm4_ctr.update = OSSL_FUNC_cipher_update(d);
            break;
        case OSSL_FUNC_CIPHER_FREECTX:
            provider.sm4_ctr.freectx = OSSL_FUNC_cipher_freectx(d);
            break;
        default:
            break;
        }
    }
    return provider.sm4_ctr.newctx && provider.sm4_ctr.init && provider.sm4_ctr.update &&
           provider.sm4_ctr.freectx;
}

static void load(void)
{
    OSSL_LIB_CTX *library = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *from = library ? OSSL_PROVIDER_load(library, "default") : NULL;
    if (from) {
        provider.context = OSSL_PROVIDER_get0_provider_ctx(from);
        ready = find_sm3(from) && find_sm4_ctr(from);
    }
    if (!ready)
        OSSL_LIB_CTX_free(library); /* with the provider in it */
}

const struct provider *provider_get(void)
{
    pthread_once(&once, load);
    if (ready)
        return &provider;
    err_fail(GDPOP_ERR_CRYPTO, _("OpenSSL's default provider has no SM3 or no SM4-CTR"));
    return NULL;
}
