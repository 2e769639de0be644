#include "crypto/phash.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/text.h"
#include "crypto/digest.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(PHASH_MAX_BYTES >= CRYPT_OUTPUT_SIZE, "room for any hash");

/* Characters of the hash itself, after the last "$": what tells a whole hash from a cut one. */
static const struct method {
    const char *prefix;
    size_t hash_chars;
    size_t password_max_bytes; /* of what counts; libcrypt ignores the rest. 0: all counts */
} methods[] = {
    {"$y$", 43, 0},    {"$gy$", 43, 0},  {"$7$", 43, 0},   {"$6$", 86, 0},
    {"$5$", 43, 0},    {"$2b$", 53, 72}, {"$2y$", 53, 72}, {"$2a$", 53, 72},
    {"$sha1$", 28, 0}, {"$md5", 22, 0},  {"$1$", 22, 0},   {"$3$", 32, 0},
};

/* NULL for the traditional ones without "$". */
static const struct method *method_of(const char *salt)
{
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (strncmp(salt, methods[i].prefix, strlen(methods[i].prefix)) == 0)
            return &methods[i];
    return NULL;
}

/* What libcrypt is given. It takes one byte less than the longest password; a password of that
 * length, which no imported hash can be of, is given as its digest. */
static int make_phrase(const struct secret *password, char phrase[static CRYPT_MAX_PASSPHRASE_SIZE])
{
    if (memchr(password->text, '\0', password->len))
        return err_fail(GDPOP_ERR_ARGUMENT, _("a password with a zero byte cannot be used"));
    if (password->len < CRYPT_MAX_PASSPHRASE_SIZE) {
        memcpy(phrase, password->text, password->len);
        phrase[password->len] = '\0';
        return 0;
    }
    uint8_t digest[DIGEST_BYTES];
    struct bytes whole = BYTES(password->text, password->len);
    int r = digest_sm3(&whole, 1, digest);
    bytes_to_hex(BYTES(digest, sizeof(digest)), phrase);
    explicit_bzero(digest, sizeof(digest));
    return r;
}

/* The one place that hashes. */
static int hash(const struct secret *password, const char *salt, char out[static PHASH_MAX_BYTES])
{
    char phrase[CRYPT_MAX_PASSPHRASE_SIZE];
    memset(out, 0, PHASH_MAX_BYTES);
    struct crypt_data *work = calloc(1, sizeof(*work));
    int r = work ? make_phrase(password, phrase) : err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    if (r == 0) {
        const char *made = crypt_rn(phrase, salt, work, sizeof(*work));
        if (made && strlen(made) < PHASH_MAX_BYTES)
            strcpy(out, made);
        else
            r = err_fail(GDPOP_ERR_CRYPTO, _("libcrypt cannot compute this password hash"));
    }
    explicit_bzero(phrase, sizeof(phrase));
    if (work)
        explicit_bzero(work, sizeof(*work));
    free(work);
    return r;
}

/* libcrypt takes an unknown prefix for the start of a DES salt: then the setting is another's. */
static bool make_setting(const char *prefix, unsigned long count, const char *random, int len,
                         char out[static PHASH_MAX_BYTES])
{
    memset(out, 0, PHASH_MAX_BYTES);
    if (crypt_gensalt_rn(prefix, count, random, len, out, PHASH_MAX_BYTES) &&
        strncmp(out, prefix, strlen(prefix)) == 0)
        return true;
    memset(out, 0, PHASH_MAX_BYTES);
    return false;
}

int phash_salt(const char *prefix, unsigned long count, char out[static PHASH_MAX_BYTES])
{
    if (make_setting(prefix, count, NULL, 0, out))
        return 0;
    return err_fail(GDPOP_ERR_CRYPTO, _("libcrypt knows no method \"%s\" with cost %lu"), prefix,
                    count);
}

int phash_make(const struct secret *password, const char *salt, char out[static PHASH_MAX_BYTES])
{
    const struct method *m = method_of(salt);
    size_t max = m ? m->password_max_bytes : 8;
    if (max > 0 && password->len > max) {
        memset(out, 0, PHASH_MAX_BYTES);
        return err_fail(GDPOP_ERR_TOO_LONG,
                        _("this hash method ignores all but the first %zu bytes of a password"),
                        max);
    }
    return hash(password, salt, out);
}

static bool equal(const char *a, const char *b)
{
    size_t len = strlen(a);
    if (strlen(b) != len)
        return false;
    volatile unsigned char differs = 0;
    for (size_t i = 0; i < len; i++)
        differs |= (unsigned char)(a[i] ^ b[i]);
    return differs == 0;
}

int phash_verify(const struct secret *password, const char *stored, bool *match)
{
    char made[PHASH_MAX_BYTES];
    *match = false;
    int r = hash(password, stored, made);
    if (r == 0)
        *match = equal(made, stored);
    explicit_bzero(made, sizeof(made));
    return r;
}

/* A setting that is the same each time: its salt bytes are all `byte`. */
static bool fixed_setting(const char *prefix, unsigned long count, char byte,
                          char out[static PHASH_MAX_BYTES])
{
    char random[16];
    memset(random, byte, sizeof(random));
    return make_setting(prefix, count, random, sizeof(random), out);
}

void phash_dummy(const struct secret *password, const char *prefix, unsigned long count)
{
    char setting[PHASH_MAX_BYTES], made[PHASH_MAX_BYTES];
    if (!fixed_setting(prefix, count, 0, setting) && !fixed_setting("$y$", 0, 0, setting))
        return;
    hash(password, setting, made);
    explicit_bzero(made, sizeof(made));
}

bool phash_current(const char *stored, const char *prefix, unsigned long count)
{
    /* What two settings with entirely different salts share is the method and its cost. */
    char a[PHASH_MAX_BYTES], b[PHASH_MAX_BYTES];
    if (!fixed_setting(prefix, count, 0, a) || !fixed_setting(prefix, count, '\xff', b))
        return false;
    size_t shared = 0;
    while (a[shared] && a[shared] == b[shared])
        shared++;
    if (shared == 0 || strncmp(stored, a, shared) != 0) /* DES salts share nothing */
        return false;
    /* the default cost of $5$ and $6$ is not spelled out */
    return strncmp(stored + shared, "rounds=", 7) != 0;
}

bool phash_readable(const char *stored)
{
    size_t len = strlen(stored);
    if (len >= PHASH_MAX_BYTES || strspn(stored, "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                 "abcdefghijklmnopqrstuvwxyz$,=_") != len)
        return false;
    int kind = crypt_checksalt(stored);
    if (kind != CRYPT_SALT_OK && kind != CRYPT_SALT_METHOD_LEGACY && kind != CRYPT_SALT_TOO_CHEAP)
        return false;
    const struct method *m = method_of(stored);
    const char *last = strrchr(stored, '$');
    if (m)
        return strlen(last + 1) == m->hash_chars;
    return len == 13 || (stored[0] == '_' && len == 20);
}
