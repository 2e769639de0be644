#include "policy/policy.h"

#include "base/err.h"
#include "base/log.h"
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct note {
    const struct gdpop_evidence *ev;
    const char *action, *outcome, *tag, *detail;
    bool proved; /* the login has come so far that its password or key is known to be right */
};

/* Whose session it is that became root, when it is one. */
static int find_actor(struct txn *t, const struct gdpop_evidence *ev, char **actor)
{
    int r = ev->login_uid == UINT32_MAX ? GDPOP_ERR_NOT_FOUND
                                        : store_account_by_uid(t, ev->login_uid, actor);
    if (r != GDPOP_ERR_NOT_FOUND)
        return r;
    *actor = (char *)ev->user;
    return 0;
}

/* Before anything is proved anybody can cause events, from anywhere: then they are limited. */
static int is_flood(struct txn *t, const struct note *n, Model__Event *e, bool *silent)
{
    enum service_class kind = n->ev->caller_uid != 0 ? CLASS_ELEVATE
                              : n->ev->address       ? CLASS_REMOTE
                                                     : CLASS_CONSOLE;
    char source[SOURCE_BYTES];
    enum flood flood = FLOOD_EVENT;
    source_name(n->ev, kind, source);
    int r = n->proved ? 0 : source_flood(t, source, &flood);
    *silent = flood == FLOOD_SILENT;
    if (flood == FLOOD_SUMMARY) {
        e->action = (char *)"login.flood";
        e->detail = (char *)FLOOD_TEXT;
    }
    return r;
}

/* sudo has asked the rules about its caller: then root is that person's right, not a login by a
 * break-glass name. su into root is one: it asks for root's own password. */
static void name_elevation(const struct note *n, Model__Event *e)
{
    const struct gdpop_evidence *ev = n->ev;
    if (!n->proved || ev->caller_uid == 0 || strcmp(e->actor, ev->user) == 0 || !ev->service ||
        (strcmp(ev->service, "sudo") != 0 && strcmp(ev->service, "sudo-i") != 0))
        return;
    e->action = (char *)"elevate.session";
    e->outcome = (char *)"allowed";
}

static int write_note(struct txn *t, void *arg)
{
    const struct note *n = arg;
    Model__Event e = MODEL__EVENT__INIT;
    bool silent;
    int r;
    e.subject = (char *)n->ev->user;
    e.action = (char *)n->action;
    e.outcome = (char *)n->outcome;
    e.tag = (char *)n->tag;
    e.detail = (char *)n->detail;
    e.service = (char *)(n->ev->service ? n->ev->service : "");
    e.address = (char *)(n->ev->address ? n->ev->address : "");
    e.tty = (char *)(n->ev->tty ? n->ev->tty : "");
    if ((r = find_actor(t, n->ev, &e.actor)) != 0 || (r = is_flood(t, n, &e, &silent)) != 0)
        return r;
    name_elevation(n, &e);
    return silent ? 0 : trail_append_anyway(t, &e);
}

static _Noreturn void write_and_exit(struct gdpop *g, struct note *n)
{
    struct call call;
    int r = call_open(&call, g);
    if (r == 0) {
        r = store_update(call.store, call.arena, write_note, n);
        call_close(&call);
    }
    if (r != 0)
        log_error("%s of %s has no event: %s", n->action, n->ev->user, err_sentence());
    _exit(0);
}

/* Waits for the writer one second at most; where the store is busy, the writer goes on alone. */
static _Noreturn void child(struct gdpop *g, struct note *n)
{
    enum { STEPS = 200, STEP_NSEC = 5000000 };
    if (apart_footing() != 0)
        _exit(1);
    pid_t writer = fork();
    if (writer == 0)
        write_and_exit(g, n);
    for (int i = 0; writer > 0 && i < STEPS && waitpid(writer, NULL, WNOHANG) == 0; i++)
        nanosleep(&(struct timespec){.tv_nsec = STEP_NSEC}, NULL);
    _exit(0);
}

static void note_apart(struct gdpop *g, struct note n)
{
    struct sigaction now = {.sa_handler = SIG_DFL}, before;
    if (g->conf_error != 0)
        return;
    sigemptyset(&now.sa_mask);
    sigaction(SIGCHLD, &now, &before);
    pid_t pid = fork();
    if (pid == 0)
        child(g, &n);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    sigaction(SIGCHLD, &before, NULL);
}

void breakglass_note_session(struct gdpop *g, const struct gdpop_evidence *ev)
{
    note_apart(g, (struct note){ev, "breakglass.session", "ignored", "DB-8.1.4.3a", "", true});
}

void breakglass_note_conflict(struct gdpop *g, const struct gdpop_evidence *ev, const char *action)
{
    note_apart(g, (struct note){ev, action, "denied", "DB-8.1.4.1a",
                                "a local account of this name, neither break-glass nor gdpop's",
                                false});
}

int gdpop_identify(struct gdpop *g, const struct gdpop_evidence *ev, struct gdpop_verdict *v)
{
    err_clear();
    identify(g, ev, v);
    if (v->outcome == GDPOP_IGNORED && conf_is_break_glass(&g->conf, ev->user))
        note_apart(g, (struct note){ev, "breakglass.auth", "ignored", "DB-8.1.4.3a", "", false});
    return 0;
}
