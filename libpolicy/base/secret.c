#include "base/secret.h"
#include "base/err.h"
#include "base/text.h"

#include <string.h>

int secret_set(struct secret *s, const void *bytes, size_t len)
{
    if (len > GDPOP_PASSWORD_MAX_BYTES) {
        secret_wipe(s);
        return err_fail(GDPOP_ERR_TOO_LONG, _("the password is longer than %d bytes"),
                        GDPOP_PASSWORD_MAX_BYTES);
    }
    if (len > 0)
        memmove(s->text, bytes, len);
    explicit_bzero(s->text + len, sizeof(s->text) - len);
    s->len = len;
    return 0;
}

void secret_wipe(struct secret *s)
{
    explicit_bzero(s, sizeof(*s));
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
    if (a->len != b->len)
        return false;
    volatile unsigned char differs = 0;
    for (size_t i = 0; i < a->len; i++)
        differs |= (unsigned char)(a->text[i] ^ b->text[i]);
    return differs == 0;
}
