#include "as_user.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct rights {
    bool drop;
    uid_t uid;
    gid_t gid;
    int group_count;
    gid_t groups[1024];
};

struct task {
    enum { OPEN, MKDIR, UNLINK, RENAME } kind;
    const char *path;
    const char *to; /* RENAME */
    int flags;
    mode_t mode;
    int fd; /* OPEN: the result; UNLINK: the file that is meant */
};

static uid_t sudo_uid = (uid_t)-1;

void as_user_remember(const char *uid)
{
    char *end;
    unsigned long number = uid && *uid >= '0' && *uid <= '9' ? strtoul(uid, &end, 10) : 0;
    if (number > 0 && *end == '\0' && number < (uid_t)-1)
        sudo_uid = (uid_t)number;
}

uid_t as_user_caller(void)
{
    return sudo_uid == (uid_t)-1 ? 0 : sudo_uid;
}

static uid_t kept_login_uid(void)
{
    unsigned long uid = (uid_t)-1;
    FILE *f = fopen("/proc/self/loginuid", "re");
    if (!f)
        return (uid_t)-1;
    if (fscanf(f, "%lu", &uid) != 1)
        uid = (uid_t)-1;
    fclose(f);
    return (uid_t)uid;
}

/* Not every kernel and not every login keeps one: then it is whom sudo names. */
static uid_t login_uid(void)
{
    uid_t uid = kept_login_uid();
    return uid == (uid_t)-1 ? sudo_uid : uid;
}

bool as_user_is_needed(void)
{
    uid_t uid = login_uid();
    return geteuid() == 0 && uid != 0 && uid != (uid_t)-1;
}

/* Groups are read here, in the parent, so that the child asks no name service. */
static int find_rights(struct rights *r)
{
    uid_t uid = login_uid();
    r->drop = as_user_is_needed();
    if (!r->drop)
        return 0;
    const struct passwd *pw = getpwuid(uid);
    if (!pw)
        return EACCES;
    r->uid = uid;
    r->gid = pw->pw_gid;
    r->group_count = sizeof(r->groups) / sizeof(r->groups[0]);
    if (getgrouplist(pw->pw_name, pw->pw_gid, r->groups, &r->group_count) < 0)
        r->group_count = sizeof(r->groups) / sizeof(r->groups[0]);
    return 0;
}

static int sync_directory(const char *path)
{
    char *copy = strdup(path);
    if (!copy)
        return ENOMEM;
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* A directory that may be written but not read cannot be synced: the file itself will be. */
    if (fd >= 0) {
        (void)!fsync(fd);
        close(fd);
    }
    free(copy);
    return 0;
}

static int unlink_same(const char *path, int fd)
{
    struct stat named, meant;
    if (lstat(path, &named) || fstat(fd, &meant))
        return errno;
    if (named.st_dev != meant.st_dev || named.st_ino != meant.st_ino)
        return ESTALE;
    return unlink(path) ? errno : 0;
}

/* Never over an existing file; NFS has no such renaming, but links. */
static int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE)) {
        if (errno != EINVAL || link(from, to))
            return errno;
        (void)unlink(from);
    }
    return sync_directory(to);
}

static int perform(struct task *task)
{
    switch (task->kind) {
    case OPEN:
        task->fd = open(task->path, task->flags, task->mode);
        if (task->fd < 0)
            return errno;
        return task->flags & O_CREAT ? sync_directory(task->path) : 0;
    case MKDIR:
        return mkdir(task->path, task->mode) ? errno : 0;
    case UNLINK:
        return unlink_same(task->path, task->fd);
    case RENAME:
        return rename_new(task->path, task->to);
    }
    return EINVAL;
}

/* The answer over the socket: the error and, for OPEN, the descriptor. */
static int send_answer(int socket_fd, int error, int fd)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec iov = {&error, sizeof(error)};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    if (fd >= 0) {
        msg.msg_control = control.bytes;
        msg.msg_controllen = sizeof(control.bytes);
        struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &fd, sizeof(fd));
    }
    return sendmsg(socket_fd, &msg, MSG_NOSIGNAL) == sizeof(error) ? 0 : 1;
}

static int receive_answer(int socket_fd, int *fd)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    int error = EIO;
    ssize_t n;
    struct iovec iov = {&error, sizeof(error)};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control.bytes,
                         .msg_controllen = sizeof(control.bytes)};
    do
        n = recvmsg(socket_fd, &msg, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n != sizeof(error))
        return EIO;
    struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
    if (c && c->cmsg_type == SCM_RIGHTS)
        memcpy(fd, CMSG_DATA(c), sizeof(*fd));
    return error;
}

static _Noreturn void child(const struct rights *r, struct task *task, int socket_fd)
{
    int error = 0;
    if (setgroups((size_t)r->group_count, r->groups) || setresgid(r->gid, r->gid, r->gid) ||
        setresuid(r->uid, r->uid, r->uid) || prctl(PR_SET_DUMPABLE, 0))
        error = EACCES;
    if (error == 0)
        error = perform(task);
    _exit(send_answer(socket_fd, error, error == 0 && task->kind == OPEN ? task->fd : -1));
}

static int as_user(struct task *task)
{
    static struct rights rights;
    int ends[2];
    int error = find_rights(&rights);
    if (error)
        return error;
    if (!rights.drop)
        return perform(task);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
        return errno;
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        child(&rights, task, ends[1]);
    }
    close(ends[1]);
    error = pid < 0 ? errno : receive_answer(ends[0], &task->fd);
    close(ends[0]);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    return error;
}

int as_user_open(const char *path, int flags, mode_t mode, int *fd)
{
    struct task task = {.kind = OPEN, .path = path, .flags = flags, .mode = mode, .fd = -1};
    int error = as_user(&task);
    *fd = error ? -1 : task.fd;
    return error == 0 && task.fd < 0 ? EIO : error;
}

int as_user_mkdir(const char *path, mode_t mode)
{
    struct task task = {.kind = MKDIR, .path = path, .mode = mode};
    return as_user(&task);
}

int as_user_rename(const char *from, const char *to)
{
    struct task task = {.kind = RENAME, .path = from, .to = to};
    return as_user(&task);
}

int as_user_unlink(const char *path, int fd)
{
    struct task task = {.kind = UNLINK, .path = path, .fd = fd};
    return as_user(&task);
}
