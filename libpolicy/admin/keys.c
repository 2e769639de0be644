/* The keys that seal the store (MP-8.3): shown, and renewed while it is in use. */
#include "admin/admin.h"

#include "audit/trail.h"
#include "base/log.h"

static int list(struct gdpop_admin *a, const struct request *q)
{
    const struct keyring *ring = store_keyring(a->call.store);
    struct key_use use;
    int r = store_key_use(a->call.txn, &use);
    (void)q;
    result_list(a);
    for (size_t i = 0; r == 0 && i < use.count; i++) {
        uint32_t id = use.list[i].id;
        if ((r = result_row(a, 0)) == 0 &&
            (r = result_number(a, "id", _("Key"), (int64_t)id)) == 0 &&
            (r = result_bool(a, "current", _("Seals"), id == keyring_current(ring))) == 0 &&
            (r = result_bool(a, "present", _("On this host"), keyring_pair(ring, id) != NULL)) == 0)
            r = result_number(a, "values", _("Values"), (int64_t)use.list[i].values);
    }
    return r;
}

struct rotation {
    const char *actor;
    uint32_t id;
    uint64_t changed;
    int error;
};

static int put_end(struct txn *t, void *arg)
{
    const struct rotation *n = arg;
    Model__Event e = MODEL__EVENT__INIT;
    e.actor = (char *)(uintptr_t)n->actor;
    e.action = (char *)"keys.resealed";
    e.object = arena_printf(txn_arena(t), "%u", (unsigned)n->id);
    e.outcome = (char *)(uintptr_t)(n->error ? "failed" : "done");
    e.detail = arena_printf(txn_arena(t), "%llu values", (unsigned long long)n->changed);
    return e.object && e.detail ? trail_append(t, &e) : GDPOP_ERR_NOMEM;
}

/* The ring is read again: the act's own was opened before the new key was there. */
static int reseal(struct gdpop_admin *a)
{
    struct rotation n = {.actor = a->actor};
    struct store *s;
    int r = store_open(&a->g->conf, &s);
    if (r != 0)
        return r;
    n.id = keyring_current(store_keyring(s));
    n.error = store_reseal(s, &n.changed);
    char *sentence = arena_strdup(a->call.arena, err_sentence());
    r = store_update(s, a->call.arena, put_end, &n);
    store_close(s);
    if (n.error == 0)
        return r;
    if (r != 0)
        log_error("the end of a rotation of keys could not be recorded: %s", err_sentence());
    return sentence ? err_fail(n.error, "%s", sentence) : n.error;
}

static int make_key(struct gdpop_admin *a)
{
    int r = keyring_create(a->g->conf.key_dir);
    return r != 0 ? r : reseal(a);
}

static int rotate(struct gdpop_admin *a, const struct request *q)
{
    bool resumes = request_flag(q, "resume");
    int r = a->self ? admin_host_in_scope(a) : 0;
    if (r == 0 && !resumes && !keyring_has_room(store_keyring(a->call.store)))
        r = err_fail(
            GDPOP_ERR_REFUSED,
            _("there are as many keys as a host can hold: first move some that seal nothing "
              "(keys list) out of %s to where copies are kept, but not the oldest"),
            a->g->conf.key_dir);
    if (r == 0)
        r = admin_event(a, "keys.rotate", NULL, resumes ? "resume" : "new", NULL);
    if (r != 0)
        return r;
    a->after = resumes ? reseal : make_key;
    return result_message(a, _("the store is sealed by its newest key; the older ones stay: copies "
                               "and look-ups need them"));
}

const struct operation operations_keys[] = {
    {.public = {.noun = "keys",
                .verb = "list",
                .help = N_("List the keys that seal the store and how much each seals."),
                .example = "",
                .duties = GDPOP_DUTY_ANY,
                .params = (const struct gdpop_param[]){PARAMS_END}},
     .run = list},
    {.public = {.noun = "keys",
                .verb = "rotate",
                .help = N_("Make a new key and seal the whole store by it, while it is in use."),
                .example = "",
                .duties = GDPOP_DUTY_SECURITY,
                .writes = true,
                .params =
                    (const struct gdpop_param[]){FLAG("resume", N_("make no key: go on where an "
                                                                   "earlier rotation was stopped")),
                                                 PARAMS_END}},
     .run = rotate},
    {.public = {.noun = NULL}},
};
