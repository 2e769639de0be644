#include "policy/policy.h"

#include "base/err.h"
#include "model/codec.h"
#include "model/sshkey.h"

static enum device_state state_of(const char *text)
{
    static const char *const names[] = {[DEVICE_REGISTERED] = "registered",
                                        [DEVICE_BOUND] = "bound",
                                        [DEVICE_LOST] = "lost",
                                        [DEVICE_REPAIR] = "repair",
                                        [DEVICE_RETIRED] = "retired"};
    for (int i = DEVICE_REGISTERED; i <= DEVICE_RETIRED; i++)
        if (strcmp(names[i], text) == 0)
            return (enum device_state)i;
    return DEVICE_UNKNOWN;
}

static bool is_trusted_caller(const struct conf *conf, const struct gdpop_evidence *ev)
{
    for (int i = 0; ev->service && i < conf->caller_count; i++)
        if (conf->caller[i].uid == ev->caller_uid &&
            strcmp(conf->caller[i].service, ev->service) == 0)
            return true;
    return false;
}

/* The id that the strongest evidence names: a key, this host's console, a trusted caller's
 * statement. */
static int name_device(struct txn *t, const struct gdpop_evidence *ev, struct subject *s, char **id)
{
    struct facts *f = &s->facts;
    char *key;
    int r;
    *id = NULL;
    if (ev->auth_info && f->service && strcmp(f->service, "sshd") == 0) {
        r = sshkey_from_auth_info(ev->auth_info, txn_arena(t), &key);
        if (r != GDPOP_ERR_NOT_FOUND) {
            f->key_presented = true;
            f->device_by = DEVICE_BY_KEY;
            if (r == 0)
                r = store_device_by_key(t, key, id);
            return r == GDPOP_ERR_NOT_FOUND || r == GDPOP_ERR_FORMAT ? 0 : r;
        }
    }
    if (f->place_by == PLACE_CONSOLE && s->host->device[0]) {
        f->device_by = DEVICE_BY_HOST;
        *id = s->host->device;
    } else if (ev->statement && is_trusted_caller(store_conf(txn_store(t)), ev)) {
        f->device_by = DEVICE_BY_STATEMENT;
        *id = arena_strdup(txn_arena(t), ev->statement);
    }
    return 0;
}

static int read_bindings(struct txn *t, struct subject *s)
{
    Model__Binding **list;
    size_t count;
    int r = store_bindings_of_device(t, s->device->id, &list, &count);
    if (r != 0)
        return r;
    for (size_t i = 0; i < count; i++) {
        bool over = list[i]->until_at != 0 && s->facts.now_at >= list[i]->until_at;
        bool in_force = !over && s->facts.now_at >= list[i]->from_at;
        bool own = strcmp(list[i]->account, s->account->name) == 0;
        s->facts.device_bound_here |= own && in_force;
        s->facts.device_bound_before |= own && over;
        s->facts.device_other_accounts += !own && in_force;
    }
    return 0;
}

int facts_device(struct txn *t, const struct gdpop_evidence *ev, struct subject *s)
{
    struct facts *f = &s->facts;
    char *id;
    int r;
    if (f->service_class != CLASS_REMOTE && f->service_class != CLASS_CONSOLE)
        return 0;
    if ((r = name_device(t, ev, s, &id)) != 0)
        return r;
    /* With a key alone sshd names it only in the session phase. */
    f->key_known_later = f->phase == PHASE_ACCOUNT && strcmp(f->service, "sshd") == 0 &&
                         !ev->password_proved && (!ev->auth_info || !ev->auth_info[0]);
    if (id) {
        f->device_id = id;
        r = store_get_device(t, id, &s->device);
        if (r == 0) {
            f->device_name = s->device->name;
            f->device_state = state_of(s->device->state);
            r = read_bindings(t, s);
        } else if (r == GDPOP_ERR_NOT_FOUND) {
            r = 0;
        }
        if (r != 0)
            return r;
    }
    return 0;
}
