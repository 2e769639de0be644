/* People who can stand by: accounts of the fixture with a password each. */
#ifndef GDPOP_TESTS_ADMIN_WITNESS_H
#define GDPOP_TESTS_ADMIN_WITNESS_H

#include "fixture.h"

#include "crypto/phash.h"

#define RIGHT "Right-Word-1"
#define STAND(f, name, password)                                                                   \
    gdpop_admin_witness((f)->g, name, "/dev/pts/1", password, strlen(password))

struct given {
    const char *account, *password;
};

static inline int put_password(struct txn *t, void *arg)
{
    const struct given *g = arg;
    Model__Credential c = MODEL__CREDENTIAL__INIT;
    struct secret password = {0};
    char salt[PHASH_MAX_BYTES], hash[PHASH_MAX_BYTES];
    assert_ok(phash_salt("$5$", 1000, salt));
    assert_ok(secret_set(&password, g->password, strlen(g->password)));
    assert_ok(phash_make(&password, salt, hash));
    secret_wipe(&password);
    c.hash = c.history_salt = hash;
    c.set_at = clock_now() - CLOCK_DAY;
    c.judged_by = T("0001000800180003");
    return store_put_credential(t, g->account, &c);
}

/* Cheap hashes, so that the tests wait for logic only. */
static inline int put_cheap_hash(struct txn *t, void *arg)
{
    Model__Override prefix = MODEL__OVERRIDE__INIT, count = MODEL__OVERRIDE__INIT;
    int r;
    (void)arg;
    prefix.setting = T("hash_prefix");
    prefix.value = T("$5$");
    count.setting = T("hash_count");
    count.value = T("1000");
    if ((r = store_put_override(t, &prefix)) != 0 || (r = store_put_override(t, &count)) != 0)
        return r;
    return policy_compile(t);
}

static inline void give_password(struct fixture *f, const char *account, const char *password)
{
    struct given g = {account, password};
    with_store(f, put_password, &g);
}

#endif
