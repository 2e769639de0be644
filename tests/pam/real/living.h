/* Calls of libpam into the module that is shipped and its library, on a scratch store: the fixture
 * of tests/unit/policy with accounts of every state, all with the bound device at hand. */
#ifndef TESTS_PAM_REAL_LIVING_H
#define TESTS_PAM_REAL_LIVING_H

#include "../../unit/policy/fixture.h"

#include <security/pam_appl.h>

#define SERVICE "sshd"

enum { FIRST_LIVING_UID = USER_UID + 1 };

/* A copy of the fixture's account in a state; "" as the hash: no password yet. */
struct living {
    const char *name, *state, *hash;
    unsigned number; /* its own in the store */
    int64_t locked_until_at;
};

static inline int put_living(struct txn *t, void *arg)
{
    const struct living *l = arg;
    Model__Account *x;
    Model__Credential *c;
    Model__Counter counter = MODEL__COUNTER__INIT;
    Model__Binding b = MODEL__BINDING__INIT;
    int r;
    if ((r = store_get_account(t, USER, &x)) != 0 || (r = store_get_credential(t, USER, &c)) != 0)
        return r;
    x->name = T(l->name);
    x->person = T("");
    x->state = T(l->state);
    x->uid = x->gid = FIRST_LIVING_UID + l->number;
    c->hash = T(l->hash);
    b.device = T("D000001");
    b.account = x->name;
    b.from_at = clock_now() - CLOCK_DAY;
    counter.locked_until_at = l->locked_until_at;
    if ((r = store_put_account(t, x)) != 0 || (r = store_put_binding(t, &b)) != 0 ||
        (r = store_put_counter(t, l->name, &counter)) != 0)
        return r;
    return l->hash[0] ? store_put_credential(t, l->name, c) : 0;
}

/* The shipped stacks, each of the module alone. */
static inline void write_stacks(const struct fixture *f)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/" SERVICE, f->dir);
    FILE *stack = fopen(path, "we");
    assert_non_null(stack);
    static const char *const kinds[] = {"auth", "account", "password", "session"};
    for (size_t i = 0; i < 4; i++)
        fprintf(stack,
                "%s [success=done new_authtok_reqd=done ignore=ignore default=die] %s conf=%s\n",
                kinds[i], MODULE, f->conf_path);
    assert_int_equal(fclose(stack), 0);
}

/* As sshd calls it for a client at the workplace with the bound device. */
static inline pam_handle_t *start(const struct fixture *f, const char *user,
                                  const struct pam_conv *conv)
{
    pam_handle_t *pamh = NULL;
    assert_int_equal(pam_start_confdir(SERVICE, user, conv, f->dir, &pamh), PAM_SUCCESS);
    pam_set_item(pamh, PAM_RHOST, WORKPLACE);
    pam_set_item(pamh, PAM_TTY, "ssh");
    pam_putenv(pamh, "SSH_CONNECTION=" WORKPLACE " 40000 10.77.1.1 22");
    pam_putenv(pamh, "SSH_AUTH_INFO_0=publickey " KEY "\n");
    return pamh;
}

#endif
