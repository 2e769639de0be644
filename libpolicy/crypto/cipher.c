#include "crypto/cipher.h"

#include "base/err.h"
#include "base/text.h"
#include "crypto/provider.h"

int cipher_sm4_ctr(const uint8_t key[static CIPHER_KEY_BYTES],
                   const uint8_t nonce[static CIPHER_NONCE_BYTES], const void *in, size_t len,
                   uint8_t *out)
{
    size_t done = 0;
    const struct provider *p = provider_get();
    if (!p)
        return GDPOP_ERR_CRYPTO;
    void *ctx = p->sm4_ctr.newctx(p->context);
    bool good = ctx &&
                p->sm4_ctr.init(ctx, key, CIPHER_KEY_BYTES, nonce, CIPHER_NONCE_BYTES, NULL) &&
                (len == 0 || p->sm4_ctr.update(ctx, out, &done, len, in, len)) && done == len;
    if (ctx)
        p->sm4_ctr.freectx(ctx);
    return good ? 0 : err_fail(GDPOP_ERR_CRYPTO, _("OpenSSL cannot apply SM4-CTR"));
}
