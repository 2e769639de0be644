#include "policy/policy.h"

#include "base/err.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct note {
    const struct gdpop_evidence *ev;
    const char *action;
};

static int write_note(struct txn *t, void *arg)
{
    const struct note *n = arg;
    Model__Event e = MODEL__EVENT__INIT;
    e.actor = e.subject = (char *)n->ev->user;
    e.action = (char *)n->action;
    e.outcome = (char *)"ignored";
    e.tag = (char *)"DB-8.1.4.3a";
    e.service = (char *)(n->ev->service ? n->ev->service : "");
    e.address = (char *)(n->ev->address ? n->ev->address : "");
    e.tty = (char *)(n->ev->tty ? n->ev->tty : "");
    return trail_append(t, &e);
}

static _Noreturn void child(struct gdpop *g, struct note *n)
{
    struct call call;
    if (apart_footing() != 0)
        _exit(1);
    if (call_open(&call, g) == 0) {
        store_update(call.store, call.arena, write_note, n);
        call_close(&call);
    }
    _exit(0);
}

void breakglass_note(struct gdpop *g, const struct gdpop_evidence *ev, const char *action)
{
    enum { WAIT_MS = 1000 };
    struct note n = {ev, action};
    struct sigaction now = {.sa_handler = SIG_DFL}, before;
    if (g->conf_error != 0)
        return;
    sigemptyset(&now.sa_mask);
    sigaction(SIGCHLD, &now, &before);
    pid_t pid = fork();
    if (pid == 0)
        child(g, &n);
    if (pid > 0) {
        int fd = (int)syscall(SYS_pidfd_open, pid, 0);
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (fd < 0 || poll(&p, 1, WAIT_MS) != 1)
            kill(pid, SIGKILL);
        if (fd >= 0)
            close(fd);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    sigaction(SIGCHLD, &before, NULL);
}

int gdpop_identify(struct gdpop *g, const struct gdpop_evidence *ev, struct gdpop_verdict *v)
{
    err_clear();
    identify(g, ev, v);
    if (v->outcome == GDPOP_IGNORED && conf_is_break_glass(&g->conf, ev->user))
        breakglass_note(g, ev, "breakglass.auth");
    return 0;
}
