#include "admin/sshd_settings.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SSHD "/usr/sbin/sshd"

enum { WAIT_MS = 3000, ANSWER_MAX = 64 << 10 };

/* Both of its streams go into the pipe; nothing else is handed on. */
static int start(char *const *argv, int out, pid_t *pid)
{
    static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
    char *environment[] = {path, locale, NULL};
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return GDPOP_ERR_NOMEM;
    int error = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&actions, out, 1);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&actions, out, 2);
    if (error == 0)
        error = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    if (error == 0)
        error = posix_spawn(pid, SSHD, &actions, NULL, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    errno = error;
    return error ? err_errno(_("cannot run %s"), SSHD) : 0;
}

static int64_t now_ms(void)
{
    struct timespec t = {0};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Until its end; false when it took too long or says too much. */
static bool collect(int fd, char *text, size_t room)
{
    const int64_t end = now_ms() + WAIT_MS;
    size_t len = 0;
    for (;;) {
        struct pollfd p = {fd, POLLIN, 0};
        int64_t left = end - now_ms();
        if (left <= 0 || poll(&p, 1, (int)left) == 0)
            return false;
        ssize_t n = read(fd, text + len, room - 1 - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0 && len < room - 1;
        len += (size_t)n;
    }
}

static int answer_of(pid_t pid, int fd, char *text)
{
    int status = 0;
    const bool whole = collect(fd, text, ANSWER_MAX);
    if (!whole)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (!whole)
        return err_fail(GDPOP_ERR_SYSTEM, _("%s -T did not answer within %d seconds"), SSHD,
                        WAIT_MS / 1000);
    if (status != 0) {
        text[strcspn(text, "\r\n")] = '\0';
        return err_fail(GDPOP_ERR_CONFIG, _("sshd refuses its configuration: %s"), text);
    }
    return 0;
}

int sshd_settings_read(struct gdpop_admin *a, const char *user, char **text)
{
    static char sshd[] = SSHD, show[] = "-T", connection[] = "-C";
    char *of = arena_printf(a->call.arena,
                            "user=%s,host=localhost,addr=127.0.0.1,laddr=127.0.0.1,lport=22", user);
    char *argv[] = {sshd, show, connection, of, NULL};
    pid_t pid;
    int ends[2], r;
    *text = NULL;
    if (access(SSHD, X_OK) != 0)
        return GDPOP_ERR_NOT_FOUND;
    char *answer = arena_alloc(a->call.arena, ANSWER_MAX);
    if (!of || !answer)
        return GDPOP_ERR_NOMEM;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_errno(_("cannot run %s"), SSHD);
    r = start(argv, ends[1], &pid);
    close(ends[1]);
    if (r == 0)
        r = answer_of(pid, ends[0], answer);
    close(ends[0]);
    *text = answer;
    return r;
}
