/* A process that stands for a session: it runs under the account's uid and waits for a signal. */
#ifndef GDPOP_TESTS_ADMIN_LIVING_H
#define GDPOP_TESTS_ADMIN_LIVING_H

#include "fixture.h"

#include <signal.h>
#include <sys/wait.h>

static inline pid_t start_living(unsigned number)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        uid_t uid = FIRST_UID + number;
        if (setresuid(uid, uid, uid) != 0 || write(ready[1], "", 1) != 1)
            _exit(99);
        for (;;)
            pause();
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return pid;
}

/* The signal that ended it. */
static inline int ended_by(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -1;
}

static inline void stop_living(pid_t pid)
{
    kill(pid, SIGKILL);
    assert_int_equal(ended_by(pid), SIGKILL);
}

struct living {
    const char *id, *account, *device;
    pid_t pid; /* 0: its leader is gone */
};

static inline int put_living(struct txn *t, void *arg)
{
    const struct living *l = arg;
    Model__Session s = MODEL__SESSION__INIT;
    char host[33], boot_id[40];
    host_machine_id(host);
    host_boot_id(boot_id);
    s.id = T(l->id);
    s.account = T(l->account);
    s.host = host;
    s.boot_id = boot_id;
    s.leader_pid = l->pid ? (int32_t)l->pid : 1;
    s.leader_start = l->pid ? lock_process_start(l->pid) : 1;
    s.login_uid = s.audit_session = UINT32_MAX;
    s.service = T("sshd");
    s.address = T("10.77.1.2");
    s.device = T(l->device);
    s.opened_at = clock_now();
    return store_put_session(t, &s);
}

static inline void add_session(struct fixture *f, const char *id, const char *account,
                               const char *device, pid_t pid)
{
    struct living l = {id, account, device, pid};
    with_store(f, put_living, &l);
}

#endif
