#include "user_files.h"

#include "as_user.h"
#include "say.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef FUSE_SUPER_MAGIC
#define FUSE_SUPER_MAGIC 0x65735546
#endif

/* Why a file could not be had; the usual reasons are translated. */
static const char *reason(int error)
{
    switch (error) {
    case EACCES:
        return _("permission denied");
    case ENOENT:
        return _("no such file or directory");
    case EEXIST:
        return _("it exists already");
    case ENOTDIR:
        return _("not a directory");
    case EISDIR:
        return _("it is a directory");
    case ELOOP:
        return _("it is a symbolic link");
    case ENOSPC:
        return _("no space left on the device");
    case EDQUOT:
        return _("the disk quota is used up");
    case EROFS:
        return _("the file system is read-only");
    case EIO:
        return _("input/output error");
    default:
        return strerror(error);
    }
}

static int say_path(const struct tool *t, const char *path, int error)
{
    int code = error == ENOSPC || error == EDQUOT ? GDPOP_ERR_FULL : GDPOP_ERR_USAGE;
    return say(t, code, "%s: %s", path, reason(error));
}

static int check_readable(const struct tool *t, const char *path, int fd, bool private_only)
{
    struct stat st;
    if (fstat(fd, &st))
        return say_path(t, path, errno);
    if (!S_ISREG(st.st_mode))
        return say(t, GDPOP_ERR_USAGE, _("%s is not a regular file"), path);
    if (st.st_size > (off_t)USER_FILE_MAX_BYTES)
        return say(t, GDPOP_ERR_TOO_LONG, _("%s is longer than %u MiB"), path,
                   USER_FILE_MAX_BYTES >> 20);
    if (private_only && (st.st_mode & 077))
        return say(t, GDPOP_ERR_USAGE,
                   _("%s can be read by others than its owner: chmod 600 it first"), path);
    return 0;
}

/* Grows by doubling, wiping what is left behind. */
static char *grow(char *old, size_t used, size_t *size)
{
    size_t larger = *size ? *size * 2 : 8192;
    char *bytes = malloc(larger + 1);
    if (bytes && used)
        memcpy(bytes, old, used);
    if (old)
        explicit_bzero(old, used);
    free(old);
    *size = larger;
    return bytes;
}

static int read_all(const struct tool *t, const char *path, int fd, char **content, size_t *len)
{
    char *bytes = NULL;
    size_t used = 0, size = 0;
    for (;;) {
        if (used == size && !(bytes = grow(bytes, used, &size)))
            return say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
        ssize_t n = read(fd, bytes + used, size - used);
        if (n == 0)
            break;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || (used += (size_t)n) > USER_FILE_MAX_BYTES) {
            int error = errno;
            explicit_bzero(bytes, size);
            free(bytes);
            return n < 0 ? say_path(t, path, error)
                         : say(t, GDPOP_ERR_TOO_LONG, _("%s is longer than %u MiB"), path,
                               USER_FILE_MAX_BYTES >> 20);
        }
    }
    bytes[used] = '\0';
    *content = bytes;
    *len = used;
    return 0;
}

int user_file_read(const struct tool *t, const char *path, bool private_only, char **content,
                   size_t *len)
{
    int fd = STDIN_FILENO, r = 0;
    *content = NULL;
    *len = 0;
    if (strcmp(path, "-") == 0)
        return read_all(t, _("standard input"), fd, content, len);
    int error = as_user_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0, &fd);
    if (error)
        return say_path(t, path, error);
    r = check_readable(t, path, fd, private_only);
    if (r == 0)
        r = read_all(t, path, fd, content, len);
    close(fd);
    return r;
}

int user_file_open(const struct tool *t, const char *path, int *fd)
{
    int error = as_user_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0, fd);
    if (error)
        return say_path(t, path, error);
    int r = check_readable(t, path, *fd, false);
    if (r)
        close(*fd);
    return r;
}

static bool is_there(const char *path)
{
    int fd, error = as_user_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0, &fd);
    if (error == 0)
        close(fd);
    return error != ENOENT;
}

int user_profile_read(const struct tool *t, const char *name, char **content, size_t *len)
{
    if (strchr(name, '/') || strcmp(name, "-") == 0 || is_there(name))
        return user_file_read(t, name, false, content, len);
    char *path = say_format("%s/%s.conf", GDPOP_PROFILE_DIR, name);
    if (!path)
        return say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    int r = is_there(path) ? user_file_read(t, path, false, content, len)
                           : say(t, GDPOP_ERR_USAGE,
                                 _("there is neither a file %s nor a profile of this name in %s"),
                                 name, GDPOP_PROFILE_DIR);
    free(path);
    return r;
}

int out_file_begin(const struct tool *t, const char *path, struct out_file *out)
{
    *out = (struct out_file){.fd = -1, .path = path};
    if (is_there(path))
        return say(t, GDPOP_ERR_USAGE, _("%s exists: name a new file"), path);
    char *part = say_format("%s.part", path);
    if (!part)
        return say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    int r = out_file_create(t, part, out);
    out->path = path;
    if (out->fd < 0)
        free(part);
    else
        out->part = part;
    return r;
}

int out_file_finish(const struct tool *t, struct out_file *out)
{
    if (!out->part)
        return 0;
    int error = as_user_rename(out->part, out->path);
    if (error)
        return say_path(t, out->path, error);
    free(out->part);
    out->part = NULL;
    return 0;
}

int out_file_fill(const struct tool *t, const struct out_file *out, int fd)
{
    char block[1 << 16];
    ssize_t n;
    for (off_t at = 0; (n = pread(fd, block, sizeof(block), at)) != 0; at += n) {
        if (n < 0)
            return say_path(t, out->path, errno);
        for (ssize_t from = 0, some; from < n; from += some)
            if ((some = write(out->fd, block + from, (size_t)(n - from))) < 0)
                return say_path(t, out->path, errno);
    }
    return fsync(out->fd) ? say_path(t, out->path, errno) : 0;
}

int out_file_create(const struct tool *t, const char *path, struct out_file *out)
{
    struct statfs fs;
    *out = (struct out_file){.fd = -1, .path = path};
    int error = as_user_open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC,
                             0600, &out->fd);
    if (error == EEXIST)
        return say(t, GDPOP_ERR_USAGE, _("%s exists: name a new file for the secret"), path);
    if (error)
        return say_path(t, path, error);
    if (fstatfs(out->fd, &fs) == 0 && fs.f_type != FUSE_SUPER_MAGIC)
        return 0;
    out_file_close(out, false);
    return say(t, GDPOP_ERR_USAGE, _("%s does not lie on a local file system"), path);
}

int out_file_write(const struct tool *t, struct out_file *out, const char *text)
{
    const char *parts[] = {text, "\n"};
    for (size_t i = 0; i < 2; i++) {
        for (size_t left = strlen(parts[i]); left > 0;) {
            ssize_t n = write(out->fd, parts[i], left);
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                return say_path(t, out->path, errno);
            parts[i] += n;
            left -= (size_t)n;
        }
    }
    return fsync(out->fd) ? say_path(t, out->path, errno) : 0;
}

void out_file_close(struct out_file *out, bool keep)
{
    if (out->fd < 0)
        return;
    if (!keep) {
        if (ftruncate(out->fd, 0))
            say_note("%s: %s", out->path, reason(errno));
        const char *name = out->part ? out->part : out->path;
        int error = as_user_unlink(name, out->fd);
        if (error)
            say_note(_("%s could not be removed: %s"), name, reason(error));
    }
    free(out->part);
    out->part = NULL;
    close(out->fd);
    out->fd = -1;
}

int user_directory(const struct tool *t, const char *path)
{
    struct stat st;
    int fd = -1;
    int error = as_user_mkdir(path, 0700);
    if (error == 0)
        return 0;
    if (error != EEXIST)
        return say_path(t, path, error);
    error = as_user_open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0, &fd);
    if (error)
        return say_path(t, path, error);
    bool alone = fstat(fd, &st) == 0 && !(st.st_mode & 077);
    close(fd);
    return alone ? 0
                 : say(t, GDPOP_ERR_USAGE,
                       _("directory %s can be read by others: chmod 700 it first"), path);
}
