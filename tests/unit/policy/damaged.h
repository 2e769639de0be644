/* Files of a host that are spoiled and put right again, and logins meanwhile. */
#ifndef GDPOP_TESTS_POLICY_DAMAGED_H
#define GDPOP_TESTS_POLICY_DAMAGED_H

#include "fixture.h"

#include <signal.h>

enum { PAGE_BYTES = 4096, WAIT_SEC = 120, NO_SENTENCE = 0x40 };

struct file {
    char path[160];
    uint8_t *bytes;
    size_t len;
};

static inline void load(struct file *m, const char *dir, const char *name)
{
    struct stat st;
    snprintf(m->path, sizeof(m->path), "%s/%s", dir, name);
    int fd = open(m->path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(fstat(fd, &st), 0);
    m->len = (size_t)st.st_size;
    m->bytes = malloc(m->len);
    assert_int_equal(pread(fd, m->bytes, m->len, 0), m->len);
    close(fd);
}

/* Its first len bytes; the blocks of a longer file are given back to the disk. */
static inline void save(const struct file *m, const uint8_t *bytes, size_t len)
{
    int fd = open(m->path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    assert_int_equal(write(fd, bytes, len), len);
    close(fd);
}

static inline _Noreturn void log_in_and_exit(struct fixture *f, struct gdpop_evidence ev)
{
    struct gdpop_verdict v;
    struct gdpop *g;
    for (int s = 1; s < NSIG; s++) /* the test's own handlers are none of a login */
        signal(s, SIG_DFL);
    alarm(WAIT_SEC);
    dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 2);
    gdpop_open(f->conf_path, &g); /* its error denies every call */
    gdpop_authenticate(g, &ev, FIRST_PASSWORD, strlen(FIRST_PASSWORD), &v);
    if (v.outcome == GDPOP_ALLOWED)
        gdpop_account(g, &ev, &v);
    if (v.outcome == GDPOP_ALLOWED)
        gdpop_session_open(g, &ev, &v);
    bool silent = v.outcome == GDPOP_DENIED_UNAVAILABLE && !err_sentence()[0];
    _exit((int)v.outcome | (silent ? NO_SENTENCE : 0));
}

/* As sshd does, in a child of its own. The outcome, or minus the signal that ended it. */
static inline int login(struct fixture *f, struct gdpop_evidence ev)
{
    int status;
    pid_t pid = fork();
    if (pid == 0)
        log_in_and_exit(f, ev);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static inline void let_rescue_in(struct fixture *f)
{
    struct gdpop_evidence ev = evidence();
    struct gdpop_verdict v;
    struct gdpop *g;
    gdpop_open(f->conf_path, &g);
    ev.user = "root";
    assert_ok(gdpop_identify(g, &ev, &v));
    assert_int_equal(v.outcome, GDPOP_IGNORED);
    assert_ok(gdpop_account(g, &ev, &v));
    assert_int_equal(v.outcome, GDPOP_IGNORED);
    gdpop_close(g);
}

#endif
