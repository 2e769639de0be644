#include "policy/policy.h"

#include "base/log.h"
#include "nss/snapshot.h"
#include "policy/local.h"

enum snapshot_answer { SNAPSHOT_HAS_NOT, SNAPSHOT_HAS, SNAPSHOT_CANNOT_TELL };

static enum snapshot_answer ask_snapshot(const struct gdpop *g, const char *name, uid_t *uid)
{
    struct snapshot *snap;
    struct snapshot_user user;
    if (g->conf_error != 0 || snapshot_open(g->conf.snapshot, 0, &snap) != SNAPSHOT_OK)
        return SNAPSHOT_CANNOT_TELL;
    int r = snapshot_by_name(snap, name, &user);
    if (r == SNAPSHOT_OK)
        *uid = user.uid;
    snapshot_close(snap);
    return r == SNAPSHOT_OK     ? SNAPSHOT_HAS
           : r == SNAPSHOT_NONE ? SNAPSHOT_HAS_NOT
                                : SNAPSHOT_CANNOT_TELL;
}

void identify(const struct gdpop *g, const struct gdpop_evidence *ev, struct gdpop_verdict *v)
{
    uid_t local = 0, ours = 0;
    verdict_init(v);
    if (!ev->user || !ev->user[0] || !local_has_name(ev->user, &local))
        return; /* no local account: gdpop's, or unknown, which is treated alike */
    if (conf_is_break_glass(&g->conf, ev->user)) {
        v->outcome = GDPOP_IGNORED;
        return;
    }
    enum snapshot_answer answer = ask_snapshot(g, ev->user, &ours);
    if (answer == SNAPSHOT_HAS_NOT && local <= g->conf.local_uid_max) {
        v->outcome = GDPOP_IGNORED;
        return;
    }
    if (answer == SNAPSHOT_HAS && ours == local)
        return; /* an old line in passwd for the same person, uid and all */
    v->local_conflict = true;
    log_warning("%s: the local account of this name is neither in break_glass nor gdpop's: denied",
                ev->user);
}
