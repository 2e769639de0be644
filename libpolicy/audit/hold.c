#include "audit/hold.h"

#include "base/err.h"
#include "base/text.h"

#include <string.h>

struct search {
    int64_t from_at, to_at;
    const Model__Permit *found;
};

bool trail_hold_covers(const Model__Permit *p, int64_t from_at, int64_t to_at)
{
    return strcmp(p->kind, TRAIL_HOLD_KIND) == 0 && !p->ended_at && p->from_at <= to_at &&
           (p->until_at == 0 || from_at < p->until_at);
}

static int look(struct bytes key, void *message, void *arg)
{
    struct search *s = arg;
    (void)key;
    if (!trail_hold_covers(message, s->from_at, s->to_at))
        return 0;
    s->found = message;
    return 1;
}

int trail_refuse_held(struct txn *t, int64_t from_at, int64_t to_at)
{
    struct search s = {from_at, to_at, NULL};
    int r = store_each(t, &table_permit, BYTES("", 0), look, &s);
    if (r < 0 || !s.found)
        return r < 0 ? r : 0;
    return err_fail(GDPOP_ERR_REFUSED,
                    _("the legal hold %s keeps these events: %s; see gdpop-admin audit hold list"),
                    s.found->id, s.found->reason);
}
