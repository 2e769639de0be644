#include "policy/policy.h"

#include "base/host.h"

/* Where the kernel or the login keeps no login uid, root's shell still descends from the shell of
 * whoever became root: the nearest process above that runs as an account of the store. What was
 * started by nobody's shell, or has left it for good, is the system's. */
static int find_ancestor(struct txn *t, int pid, uint32_t *uid)
{
    enum { DEPTH_MAX = 64 };
    char *name;
    int r = GDPOP_ERR_NOT_FOUND;
    for (int i = 0; i < DEPTH_MAX && pid > 1 && host_process(pid, &pid, uid); i++)
        if (*uid != 0 && (r = store_account_by_uid(t, *uid, &name)) != GDPOP_ERR_NOT_FOUND)
            return r;
    *uid = 0;
    return 0;
}

/* Who runs su or sudo, or proves another's password within a session: the account of the login uid,
 * else the real uid (DESIGN 5). Root reached by a daemon that never logged in is the system; root
 * reached from a session is that session's person. */
int facts_actor(struct txn *t, const struct gdpop_evidence *ev, struct subject *s)
{
    struct facts *f = &s->facts;
    char *name;
    if ((f->service_class & (CLASS_ELEVATE | CLASS_REVERIFY)) == 0)
        return 0;
    uint32_t uid = ev->login_uid != UINT32_MAX ? ev->login_uid : ev->caller_uid;
    if (s->account && uid == s->account->uid && uid != 0) {
        f->actor = ACTOR_SELF;
        f->actor_name = f->user;
        return 0;
    }
    if (uid == 0 && f->service_class == CLASS_REVERIFY)
        return 0;
    if (uid == 0 && ev->login_uid == UINT32_MAX) {
        int r = find_ancestor(t, ev->leader_pid, &uid);
        if (r != 0)
            return r;
    }
    if (uid != 0 && s->account && uid == s->account->uid) {
        f->actor = ACTOR_SELF;
        f->actor_name = f->user;
        return 0;
    }
    if (uid == 0) {
        f->actor = ev->login_uid == UINT32_MAX ? ACTOR_SYSTEM : ACTOR_OTHER;
        f->actor_name = "root";
        return 0;
    }
    int r = store_account_by_uid(t, uid, &name);
    if (r == GDPOP_ERR_NOT_FOUND)
        name = arena_printf(txn_arena(t), "uid %u", uid);
    else if (r != 0)
        return r;
    f->actor = ACTOR_OTHER;
    f->actor_name = name ? name : "";
    return 0;
}
