#include "admin/usual.h"

#include "base/host.h"
#include "model/address.h"

#include <stdlib.h>

struct gathering {
    struct arena *arena;
    struct places *places;
};

static int add_place(struct bytes key, void *message, void *arg)
{
    const Model__Workplace *w = message;
    const struct gathering *g = arg;
    struct places *p = g->places;
    struct address a = {{0}};
    char text[46];
    (void)key;
    if (strcmp(w->kind, "device-anchored") == 0 || w->prefix.len != sizeof(a.byte))
        return 0;
    if (p->count == p->room) {
        size_t room = p->room ? p->room * 2 : 64;
        struct place *list = arena_alloc(g->arena, room * sizeof(*list));
        if (!list)
            return GDPOP_ERR_NOMEM;
        if (p->count > 0)
            memcpy(list, p->list, p->count * sizeof(*list));
        p->list = list;
        p->room = room;
    }
    memcpy(a.byte, w->prefix.data, sizeof(a.byte));
    if (w->prefix_length < 127)
        a.byte[15] |= 2; /* .0 is no host's, .1 often the router's */
    address_format(&a, text);
    struct place *place = &p->list[p->count++];
    place->organisation = arena_strdup(g->arena, w->organisation);
    place->address = arena_strdup(g->arena, text);
    return place->organisation && place->address ? 0 : GDPOP_ERR_NOMEM;
}

static int by_organisation(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    int order = strcmp(x->organisation, y->organisation);
    return order ? order : strcmp(x->address, y->address);
}

int usual_places(struct txn *t, struct places *places)
{
    struct gathering g = {txn_arena(t), places};
    *places = (struct places){0};
    int r = store_scan(t, &table_workplace, BYTES("", 0), add_place, &g);
    if (r == 0 && places->count > 1)
        qsort(places->list, places->count, sizeof(places->list[0]), by_organisation);
    return r;
}

static const char *address_at(const struct places *places, const char *organisation)
{
    size_t low = 0, high = places->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(places->list[middle].organisation, organisation) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < places->count && strcmp(places->list[low].organisation, organisation) == 0
               ? places->list[low].address
               : NULL;
}

/* As sshd tells of a login with the device's first key; NULL when it has none. */
static const char *key_of(struct txn *t, const char *device)
{
    Model__Device *d;
    if (store_get_device(t, device, &d) != 0 || d->n_keys == 0)
        return NULL;
    return arena_printf(txn_arena(t), "publickey %s", d->keys[0]);
}

/* The key of a device that is bound to the account now. */
static int bound_key(struct txn *t, const char *account, int64_t now_at, const char **auth_info)
{
    Model__Binding **list;
    size_t count;
    int r = store_bindings_of_account(t, account, &list, &count);
    *auth_info = NULL;
    for (size_t i = 0; r == 0 && i < count && !*auth_info; i++)
        if (list[i]->from_at <= now_at && (!list[i]->until_at || now_at < list[i]->until_at))
            *auth_info = key_of(t, list[i]->device);
    return r;
}

static struct gdpop_evidence evidence(const char *user, const char *service)
{
    return (struct gdpop_evidence){.service = service,
                                   .user = user,
                                   .login_uid = UINT32_MAX,
                                   .audit_session = UINT32_MAX,
                                   .password_proved = true};
}

static void take_sessions(struct txn *t, Model__Session **sessions, size_t n, struct usual *list,
                          size_t *count)
{
    char here[33], boot_id[40];
    if (n == 0)
        return;
    host_machine_id(here);
    host_boot_id(boot_id);
    for (size_t i = 0; i < n && *count < USUAL_MAX; i++) {
        const Model__Session *x = sessions[i];
        if (strcmp(x->host, here) == 0 && !facts_session_lives(x, boot_id))
            continue;
        struct usual *u = &list[(*count)++];
        *u = (struct usual){.evidence = evidence(x->account, x->service), .host = x->host};
        u->evidence.address = x->address;
        u->evidence.tty = x->tty;
        u->evidence.leader_pid = x->leader_pid;
        u->evidence.auth_info = x->device[0] ? key_of(t, x->device) : NULL;
    }
}

int usual_logins(struct txn *t, const Model__Account *x, const struct places *places,
                 const char *host, int64_t now_at, struct usual *list, size_t *count)
{
    Model__Session **sessions;
    Model__Counter *counter;
    struct address address;
    size_t n;
    int r;
    *count = 0;
    if ((r = store_open_sessions(t, x->name, &sessions, &n)) != 0)
        return r;
    take_sessions(t, sessions, n, list, count);
    if (*count > 0 || (r = store_get_counter(t, x->name, &counter)) != 0)
        return r;
    const char *from = counter->last_login_at ? counter->last_login_from : "";
    list[0] = (struct usual){.evidence = evidence(x->name, "sshd"), .host = host};
    struct gdpop_evidence *ev = &list[0].evidence;
    ev->address = from[0] ? from : address_at(places, x->organisation);
    if (from[0] && address_parse(from, &address) != 0) {
        ev->service = "login";
        ev->tty = from;
        ev->address = NULL;
    }
    *count = 1;
    return bound_key(t, x->name, now_at, &ev->auth_info);
}
