#include "policy/policy.h"

#include "base/err.h"
#include "base/host.h"
#include "base/log.h"
#include "base/text.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 20, TERM_WAIT_MS = 2000, KILL_WAIT_MS = 1000 };

static bool read_number(const char *dir, const char *file, unsigned long *number)
{
    char path[64], text[32] = "";
    snprintf(path, sizeof(path), "/proc/%s/%s", dir, file);
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    bool ok = fgets(text, sizeof(text), f) && isdigit((unsigned char)text[0]);
    fclose(f);
    *number = strtoul(text, NULL, 10);
    return ok;
}

/* The real uid and the parent of a process. */
static bool read_status(const char *dir, unsigned *uid, pid_t *parent)
{
    char path[64], line[256];
    bool has_uid = false, has_parent = false;
    snprintf(path, sizeof(path), "/proc/%s/status", dir);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof(line), f)) {
        has_uid |= sscanf(line, "Uid: %u", uid) == 1;
        has_parent |= sscanf(line, "PPid: %d", parent) == 1;
    }
    if (f)
        fclose(f);
    return has_uid && has_parent;
}

/* This process and those it runs under are spared: whoever ends an account's sessions must live to
 * say so. */
static bool is_ancestor(pid_t pid)
{
    unsigned uid;
    char dir[16];
    for (pid_t p = getpid(); p > 1;) {
        if (p == pid)
            return true;
        snprintf(dir, sizeof(dir), "%d", (int)p);
        if (!read_status(dir, &uid, &p))
            return false;
    }
    return false;
}

/* Whether one of those that are spared runs under the user's id. */
static bool has_ancestor_of(uid_t uid)
{
    unsigned real_uid;
    char dir[16];
    for (pid_t p = getpid(); p > 0;) {
        snprintf(dir, sizeof(dir), "%d", (int)p);
        if (!read_status(dir, &real_uid, &p) || real_uid == uid)
            return true;
    }
    return false;
}

/* Kills all that runs under the user's id in one step of the kernel: from processes that fork
 * faster than /proc is read, one after the other would never get them all. The child's own real id
 * is nobody's, so that none of the user's processes can stop it; whether it has lost the power over
 * others is tried on process 1. */
static void sweep(uid_t uid)
{
    enum { NOBODYS_UID = 0xfffffffe };
    struct sigaction now = {.sa_handler = SIG_DFL}, before;
    if (has_ancestor_of(uid))
        return;
    sigemptyset(&now.sa_mask);
    sigaction(SIGCHLD, &now, &before);
    pid_t pid = fork();
    if (pid == 0) {
        if (setresuid((uid_t)NOBODYS_UID, uid, (uid_t)NOBODYS_UID) == 0 && kill(1, 0) != 0 &&
            errno == EPERM)
            kill(-1, SIGKILL);
        _exit(0);
    }
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    sigaction(SIGCHLD, &before, NULL);
}

/* What is ended: all of an account, or one of its sessions by the kernel's audit session id. */
struct target {
    uid_t uid;
    uint32_t audit_session; /* UINT32_MAX: all */
};

static bool belongs(const char *dir, const struct target *target)
{
    unsigned long login_uid, session;
    unsigned real_uid;
    pid_t parent;
    if (target->audit_session != UINT32_MAX)
        return read_number(dir, "sessionid", &session) && session == target->audit_session;
    if (read_number(dir, "loginuid", &login_uid) && login_uid == target->uid)
        return true;
    return read_status(dir, &real_uid, &parent) && real_uid == target->uid;
}

/* A process of the target: its descriptor, -1 when there is none, -2 when it cannot be had. */
static int find_process(const char *dir, const struct target *target)
{
    pid_t pid = (pid_t)atoi(dir);
    if (!isdigit((unsigned char)dir[0]) || !belongs(dir, target) || is_ancestor(pid))
        return -1;
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0)
        return errno == ESRCH ? -1 : -2;
    struct pollfd ended = {.fd = fd, .events = POLLIN};
    /* The number may have been given to another process since it was read; what has ended waits for
     * its parent only. */
    if (belongs(dir, target) && poll(&ended, 1, 0) == 0)
        return fd;
    close(fd);
    return -1;
}

/* Signals the processes of the target, max of them at once; descriptors of those go to fds, n tells
 * how many. False when there are more, or when none can be looked at. */
static bool signal_all(const struct target *target, int sig, struct pollfd *fds, size_t max,
                       size_t *n)
{
    bool all = true;
    DIR *d = opendir("/proc");
    *n = 0;
    if (!d)
        return false;
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        int fd = *n < max ? find_process(e->d_name, target) : -2;
        if (fd == -2) {
            all = false;
            break;
        }
        if (fd < 0)
            continue;
        syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0);
        fds[(*n)++] = (struct pollfd){.fd = fd, .events = POLLIN};
    }
    closedir(d);
    return all;
}

/* Waits until the processes have ended, at most wait_ms together. */
static void await(struct pollfd *fds, size_t n, int wait_ms)
{
    int64_t end_at = host_uptime() + (int64_t)wait_ms * 1000;
    for (size_t i = 0; i < n; i++) {
        int64_t left = (end_at - host_uptime()) / 1000;
        poll(&fds[i], 1, left > 0 ? (int)left : 0);
        close(fds[i].fd);
    }
}

static int end_all(const struct target *target)
{
    enum { MAX = 256 };
    struct pollfd *fds = calloc(MAX, sizeof(*fds));
    size_t left;
    if (!fds)
        return GDPOP_ERR_NOMEM;
    /* After the first round the processes have had their SIGTERM; what forks meanwhile, and what is
     * more than a round can hold, meets SIGKILL. */
    signal_all(target, SIGTERM, fds, MAX, &left);
    await(fds, left, TERM_WAIT_MS);
    bool done = false;
    for (int round = 0; !done && round < ROUNDS; round++) {
        if (target->audit_session == UINT32_MAX)
            sweep(target->uid);
        done = signal_all(target, SIGKILL, fds, MAX, &left) && left == 0;
        await(fds, left, KILL_WAIT_MS);
    }
    free(fds);
    if (done)
        return 0;
    return err_fail(GDPOP_ERR_SYSTEM, _("processes of uid %u do not end"), target->uid);
}

int ending_kill(uid_t uid)
{
    struct target target = {uid, UINT32_MAX};
    if (uid == 0)
        return err_fail(GDPOP_ERR_ARGUMENT, _("the sessions of uid 0 are not ended"));
    return end_all(&target);
}

int ending_kill_session(const Model__Session *session)
{
    struct target target = {session->login_uid, session->audit_session};
    if (target.audit_session == UINT32_MAX || target.audit_session == 0)
        return err_fail(GDPOP_ERR_SYSTEM,
                        _("the kernel keeps no session id for session %s: end all of %s instead"),
                        session->id, session->account);
    return end_all(&target);
}

int ending_record_session(struct txn *t, Model__Session *session, const char *by)
{
    Model__Event e = MODEL__EVENT__INIT;
    int r;
    if ((r = trail_time(t, &session->closed_at)) != 0)
        return r;
    session->closed_by = (char *)by;
    e.actor = (char *)by;
    e.subject = session->account;
    e.action = (char *)"session.end";
    e.outcome = (char *)"done";
    e.session = session->id;
    e.service = session->service;
    e.address = session->address;
    e.device = session->device;
    r = store_put_session(t, session);
    return r == 0 ? trail_append_anyway(t, &e) : r;
}

int ending_record(struct txn *t, const char *account, const char *by)
{
    Model__Session **list;
    size_t count;
    int r = store_open_sessions(t, account, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = ending_record_session(t, list[i], by);
    return r;
}
