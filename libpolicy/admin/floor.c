#include "admin/floor.h"

struct floor {
    char *set; /* names of systems, joined by '+' */
    struct settings settings;
    struct floor *next;
};

struct floors {
    struct gdpop_admin *a;
    struct floor *first;
};

bool floor_keeps(enum setting_id id, const struct setting_value *floor,
                 const struct setting_value *wished)
{
    struct settings s;
    if (setting_row(id)->type != SETTING_TYPE_LIST)
        return setting_at_least(id, floor, wished);
    settings_default(&s);
    s.value[id] = *floor;
    for (const char *at = wished->text; *at; at += strspn(at, " ")) {
        char word[64];
        size_t len = strcspn(at, " ");
        if (len >= sizeof(word))
            return false;
        memcpy(word, at, len);
        word[len] = '\0';
        if (!settings_lists(&s, id, word))
            return false;
        at += len;
    }
    return true;
}

static int add_floor(struct bytes key, void *message, void *arg)
{
    struct floors *floors = arg;
    struct floor *f = arena_alloc(floors->a->call.arena, sizeof(*f));
    (void)message;
    if (!f || (f->set = arena_alloc(floors->a->call.arena, key.len + 1)) == NULL)
        return GDPOP_ERR_NOMEM;
    /* A '=' stands before the names, since a key is never empty. */
    if (key.len > 0)
        memcpy(f->set, (const char *)key.data + 1, key.len - 1);
    f->next = floors->first;
    floors->first = f;
    return 0;
}

int floors_read(struct gdpop_admin *a, struct floors **out)
{
    struct floors *floors = *out = arena_alloc(a->call.arena, sizeof(*floors));
    if (!floors)
        return GDPOP_ERR_NOMEM;
    floors->a = a;
    int r = store_each(a->call.txn, &table_policy, BYTES("", 0), add_floor, floors);
    for (struct floor *f = floors->first; r == 0 && f; f = f->next)
        r = policy_settings(a->call.txn, &f->set, 1, &f->settings);
    return r;
}

int floors_check(struct gdpop_admin *a, const struct floors *floors)
{
    for (const struct floor *f = floors->first; f; f = f->next) {
        struct settings now;
        char *set = f->set;
        int r = policy_settings(a->call.txn, &set, 1, &now);
        if (r == GDPOP_ERR_STORE)
            return err_fail(GDPOP_ERR_REFUSED,
                            _("no profile would name \"%s\" any more: no host that runs it would "
                              "let anybody in. Whoever holds this host may still load it: "
                              "gdpop-admin recover profile load"),
                            set);
        if (r != 0)
            return r;
        for (int id = 0; id < SETTING_COUNT; id++)
            if (!floor_keeps((enum setting_id)id, &f->settings.value[id], &now.value[id]))
                return err_fail(
                    GDPOP_ERR_REFUSED,
                    _("this profile would make %s looser, which is now %s. To loosen it for "
                      "somebody, for a time, see waiver add; a regulation that asks less than "
                      "before is loaded by whoever holds this host: gdpop-admin recover profile "
                      "load"),
                    setting_row((enum setting_id)id)->name,
                    setting_print((enum setting_id)id, &f->settings.value[id], a->call.arena));
    }
    return 0;
}
