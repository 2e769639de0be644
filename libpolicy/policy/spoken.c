/* A code told by telephone in place of a forgotten password. Only its keyed digest is known here.
 */
#include "policy/policy.h"

#include "crypto/code.h"

bool spoken_may(const struct subject *s, const Model__Credential *c, int64_t now_at)
{
    const struct facts *f = &s->facts;
    const Model__ResetCode *code = c->reset;
    bool own_device = f->device_by != DEVICE_BY_NOTHING && f->device_bound_here &&
                      f->device_state == DEVICE_BOUND;
    bool workplace = f->at_workplace && (!f->place_is_vpn || f->device_by == DEVICE_BY_KEY);
    return code && code->digest.len == CODE_DIGEST_BYTES && code->tries > 0 &&
           now_at < code->until_at && own_device && workplace &&
           (f->service_class & (CLASS_REMOTE | CLASS_CONSOLE)) != 0;
}

int spoken_judge(const struct store *s, const char *account, const Model__Credential *c,
                 const struct secret *typed, enum spoken *is)
{
    uint8_t digest[CODE_DIGEST_BYTES];
    struct secret code;
    *is = SPOKEN_NONE;
    if (!code_parse(typed->text, typed->len, &code))
        return 0;
    int r = code_digest(store_keyring(s), SPOKEN_CODE, account, &code, digest);
    secret_wipe(&code);
    if (r == 0)
        *is = code_equal(digest, BYTES(c->reset->digest.data, c->reset->digest.len)) ? SPOKEN_RIGHT
                                                                                     : SPOKEN_WRONG;
    return r;
}

int spoken_blank(const struct settings *s, char out[static PHASH_MAX_BYTES])
{
    enum { CHARS = 32 };
    struct secret random = {0};
    char salt[PHASH_MAX_BYTES];
    int r;
    if ((r = phash_generate(CHARS, &random)) == 0 &&
        (r = phash_salt(settings_text(s, SETTING_hash_prefix),
                        (unsigned long)settings_number(s, SETTING_hash_count), salt)) == 0)
        r = phash_make(&random, salt, out);
    secret_wipe(&random);
    return r;
}

void spoken_use(Model__Credential *c, const struct settings *s, char *blank, int64_t now_at)
{
    c->reset = NULL;
    c->hash = blank;
    c->initial = true;
    c->initial_until_at = now_at + settings_number(s, SETTING_reset_code_min) * 60 * CLOCK_SECOND;
    c->spoken = true;
}

bool spoken_count(Model__Credential *c)
{
    if (c->reset->tries > 0)
        c->reset->tries--;
    if (c->reset->tries > 0)
        return false;
    c->reset->digest.len = 0;
    return true;
}
