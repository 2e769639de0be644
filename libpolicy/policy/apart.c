#include "policy/policy.h"

#include "base/err.h"
#include "base/streams.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

/* As high as it can be: beyond the hard limit only with a capability that containers lack. */
static void lift_limit(int resource)
{
    struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
    if (setrlimit(resource, &limit) == 0 || getrlimit(resource, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(resource, &limit);
}

/* A write that is cut off half way would leave failures uncounted: then nothing is begun. */
static int lift_limits(void)
{
    static const int lifted[] = {RLIMIT_FSIZE, RLIMIT_AS,    RLIMIT_DATA,
                                 RLIMIT_CPU,   RLIMIT_STACK, RLIMIT_NOFILE};
    struct rlimit file = {0};
    for (size_t i = 0; i < sizeof(lifted) / sizeof(lifted[0]); i++)
        lift_limit(lifted[i]);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    return getrlimit(RLIMIT_FSIZE, &file) == 0 && file.rlim_cur == RLIM_INFINITY ? 0 : -1;
}

/* Whatever else of the caller's could make the store wait: priorities, processors, the pace of
 * timers, a control group that its user may freeze. Best effort. */
static void leave_bounds(void)
{
    enum { THIS_PROCESS = 1, IO_BEST_EFFORT = 2 << 13 | 4, TIMER_SLACK_NSEC = 50000 };
    cpu_set_t processors;
    sched_setscheduler(0, SCHED_OTHER, &(struct sched_param){0});
    setpriority(PRIO_PROCESS, 0, 0);
    syscall(SYS_ioprio_set, THIS_PROCESS, 0, IO_BEST_EFFORT);
    memset(&processors, 0xff, sizeof(processors));
    sched_setaffinity(0, sizeof(processors), &processors);
    prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NSEC);
    int fd = open("/sys/fs/cgroup/cgroup.procs", O_WRONLY | O_CLOEXEC);
    if (fd >= 0 && write(fd, "0", 1) < 0)
        errno = 0; /* within a container it may be another's */
    if (fd >= 0)
        close(fd);
}

/* The user's terminal and files are not the store's: a program with its standard error closed would
 * give the number 2 to the data file. */
static int leave_files(void)
{
    int fd = open("/dev/null", O_RDWR);
    if (fd < 0)
        return -1;
    for (int i = 0; i < 3; i++)
        if (fd != i && dup2(fd, i) < 0)
            return -1;
    if (fd > 2)
        close(fd);
    umask(077);
    return chdir("/");
}

int apart_footing(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    if (setsid() < 0 || setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0)
        return -1;
    prctl(PR_SET_DUMPABLE, 0);
    leave_bounds();
    return lift_limits() != 0 ? -1 : leave_files();
}

static _Noreturn void child(int fd, int (*work)(void *arg), void *arg, const void *answer,
                            size_t size)
{
    struct report report = {.r = GDPOP_ERR_SYSTEM};
    int out = fcntl(fd, F_DUPFD_CLOEXEC, 3); /* 0 to 2 may have been closed */
    if (out < 0 || apart_footing() != 0)
        _exit(1);
    if (fd > 2)
        close(fd);
    report.r = work(arg);
    snprintf(report.sentence, sizeof(report.sentence), "%s", err_sentence());
    if (write_all(out, &report, sizeof(report)) != 0 || write_all(out, answer, size) != 0)
        _exit(1);
    _exit(0);
}

int apart_run(const struct gdpop *g, uid_t caller_uid, int (*work)(void *arg), void *arg,
              void *answer, size_t size)
{
    if (caller_uid != 0 || (g->conf_error == 0 && store_left_open(&g->conf) > 0))
        return apart_always(work, arg, answer, size);
    /* The work speaks the person's language; the calling thread keeps its own. */
    const char *language = gdpop_language(NULL);
    unsigned held = streams_hold();
    int r = work(arg);
    streams_release(held);
    gdpop_language(language);
    return r;
}

int apart_always(int (*work)(void *arg), void *arg, void *answer, size_t size)
{
    struct report report;
    struct sigaction now = {.sa_handler = SIG_DFL}, before;
    int fd[2], status;
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
