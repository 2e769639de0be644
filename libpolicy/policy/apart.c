#include "policy/policy.h"

#include "base/err.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct report {
    int r;
    char sentence[512];
};

static int write_all(int fd, const void *data, size_t len)
{
    const char *p = data;
    while (len > 0) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

static int read_all(int fd, void *data, size_t len)
{
    char *p = data;
    while (len > 0) {
        ssize_t n = read(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

static _Noreturn void child(int fd, int (*work)(void *arg), void *arg, const void *answer,
                            size_t size)
{
    struct report report = {.r = GDPOP_ERR_SYSTEM};
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    if (setsid() < 0 || setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0)
        _exit(1);
    prctl(PR_SET_DUMPABLE, 0);
    report.r = work(arg);
    snprintf(report.sentence, sizeof(report.sentence), "%s", err_sentence());
    if (write_all(fd, &report, sizeof(report)) != 0 || write_all(fd, answer, size) != 0)
        _exit(1);
    _exit(0);
}

int apart_run(uid_t caller_uid, int (*work)(void *arg), void *arg, void *answer, size_t size)
{
    struct report report;
    struct sigaction now = {.sa_handler = SIG_DFL}, before;
    int fd[2], status;
    if (caller_uid == 0)
        return work(arg);
    if (pipe2(fd, O_CLOEXEC) != 0)
        return err_errno(_("cannot make a pipe"));
    /* The program may ignore SIGCHLD or reap in a handler of its own; either would take our child.
     */
    sigemptyset(&now.sa_mask);
    sigaction(SIGCHLD, &now, &before);
    pid_t pid = fork();
    if (pid == 0) {
        close(fd[0]);
        child(fd[1], work, arg, answer, size);
    }
    int fork_errno = errno;
    close(fd[1]);
    bool whole = pid > 0 && read_all(fd[0], &report, sizeof(report)) == 0 &&
                 read_all(fd[0], answer, size) == 0;
    close(fd[0]);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    sigaction(SIGCHLD, &before, NULL);
    if (pid < 0) {
        errno = fork_errno;
        return err_errno(_("cannot start a process"));
    }
    if (!whole)
        return err_fail(GDPOP_ERR_SYSTEM,
                        _("the process that asks the store ended without an answer"));
    report.sentence[sizeof(report.sentence) - 1] = '\0';
    return report.r == 0 ? 0 : err_fail(report.r, "%s", report.sentence);
}
