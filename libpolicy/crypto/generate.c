#include "base/err.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/phash.h"

#include <stdint.h>

/* Without 0 O o, 1 l I: read aloud and typed by hand. */
static const char alphabet[] = "23456789"
                               "ABCDEFGHJKLMNPQRSTUVWXYZ"
                               "abcdefghijkmnpqrstuvwxyz"
                               "-+=%@#";
enum { ALPHABET = sizeof(alphabet) - 1 };

/* Each character is as likely as any other: bytes beyond a multiple of the alphabet are thrown
 * away. */
static int draw(unsigned chars, char *out)
{
    enum { LIMIT = 256 / ALPHABET * ALPHABET };
    uint8_t random[64];
    int r = 0;
    size_t used = sizeof(random);
    for (unsigned i = 0; i < chars && r == 0;) {
        if (used == sizeof(random)) {
            r = digest_random(random, sizeof(random));
            used = 0;
        } else if (random[used++] < LIMIT) {
            out[i++] = alphabet[random[used - 1] % ALPHABET];
        }
    }
    explicit_bzero(random, sizeof(random));
    return r;
}

static bool has_all_classes(const struct secret *s)
{
    bool digit = false, upper = false, lower = false, special = false;
    for (size_t i = 0; i < s->len; i++) {
        char c = s->text[i];
        if (c >= '0' && c <= '9')
            digit = true;
        else if (c >= 'A' && c <= 'Z')
            upper = true;
        else if (c >= 'a' && c <= 'z')
            lower = true;
        else
            special = true;
    }
    return digit && upper && lower && special;
}

int phash_generate(unsigned chars, struct secret *out)
{
    secret_wipe(out);
    if (chars < 8 || chars > GDPOP_PASSWORD_MAX_BYTES)
        return err_fail(GDPOP_ERR_ARGUMENT, _("a generated password has 8 to %d characters"),
                        GDPOP_PASSWORD_MAX_BYTES);
    /* Whole passwords are drawn again, so that all that fit are equally likely. */
    do {
        int r = draw(chars, out->text);
        if (r < 0) {
            secret_wipe(out);
            return r;
        }
        out->len = chars;
    } while (!has_all_classes(out));
    return 0;
}
