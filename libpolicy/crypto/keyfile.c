#include "crypto/keyfile.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILE_BYTES = 512 };

int keyfile_safe(const struct stat *st, const char *path)
{
    uid_t user = geteuid();
    if (st->st_uid != 0 && st->st_uid != user)
        return err_fail(GDPOP_ERR_KEY, _("%s belongs to user %u; it must belong to root"), path,
                        (unsigned)st->st_uid);
    if (st->st_mode & 077)
        return err_fail(GDPOP_ERR_KEY,
                        _("%s is open to others (mode %04o); only its owner may have access"), path,
                        (unsigned)(st->st_mode & 07777));
    return 0;
}

/* Reads the whole file as text; *len < FILE_BYTES. */
static int read_text(int dir_fd, const char *path, const char *name, char text[static FILE_BYTES])
{
    struct stat st;
    size_t used = 0;
    ssize_t got = 0;
    int r = 0;
    int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) < 0) {
        err_errno(_("cannot open the key file %s"), path);
        r = GDPOP_ERR_KEY;
        goto out;
    }
    if (!S_ISREG(st.st_mode)) {
        r = err_fail(GDPOP_ERR_KEY, _("%s is not a regular file"), path);
        goto out;
    }
    r = keyfile_safe(&st, path);
    if (r < 0)
        goto out;
    while (used < FILE_BYTES && (got = read(fd, text + used, FILE_BYTES - used)) > 0)
        used += (size_t)got;
    if (got < 0) {
        err_errno(_("cannot read the key file %s"), path);
        r = GDPOP_ERR_KEY;
    } else if (used == FILE_BYTES || memchr(text, '\0', used)) {
        r = err_fail(GDPOP_ERR_KEY, _("%s is not a key file"), path);
    } else {
        text[used] = '\0';
    }
out:
    if (fd >= 0)
        close(fd);
    return r;
}

/* The value of the line "WORD VALUE" at *text, advanced to the next line; NULL when it is another.
 * The line end becomes a zero. */
static char *take_line(char **text, const char *word)
{
    size_t len = strlen(word);
    char *line = *text, *end = strchr(line, '\n');
    if (!end || strncmp(line, word, len) != 0 || line[len] != ' ')
        return NULL;
    *end = '\0';
    *text = end + 1;
    return line + len + 1;
}

static bool parse_id(const char *text, uint32_t *id)
{
    size_t digits = strspn(text, "0123456789");
    unsigned long long value = digits > 0 && digits <= 10 ? strtoull(text, NULL, 10) : 0;
    *id = (uint32_t)value;
    return text[digits] == '\0' && value > 0 && value <= UINT32_MAX;
}

/* 0, or the number of the line that is wrong. */
static int parse(char *text, struct keyfile *f)
{
    int64_t made_at;
    const char *version = take_line(&text, "gdpop-key");
    if (!version || strcmp(version, "1") != 0)
        return 1;
    const char *id = take_line(&text, "id");
    if (!id || !parse_id(id, &f->id))
        return 2;
    const char *made = take_line(&text, "made");
    if (!made || clock_parse(made, 0, false, &made_at) < 0)
        return 3;
    const char *key = take_line(&text, "key");
    if (!key || bytes_from_hex(key, f->key, sizeof(f->key)) < 0)
        return 4;
    return *text == '\0' ? 0 : 5;
}

int keyfile_read(int dir_fd, const char *dir, const char *name, struct keyfile *f)
{
    static const char *const wanted[] = {"", "gdpop-key 1", "id NUMBER",
                                         "made 2026-11-22T00:00:00Z", "key 64-HEXADECIMAL-DIGITS"};
    char path[4096], text[FILE_BYTES];
    memset(f, 0, sizeof(*f));
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    int r = read_text(dir_fd, path, name, text);
    if (r == 0) {
        int line = parse(text, f);
        if (line == 5)
            r = err_fail(GDPOP_ERR_KEY, _("%s, line 5: nothing may follow the key"), path);
        else if (line > 0)
            r = err_fail(GDPOP_ERR_KEY, _("%s, line %d: expected \"%s\""), path, line,
                         wanted[line]);
    }
    explicit_bzero(text, sizeof(text));
    if (r < 0)
        explicit_bzero(f, sizeof(*f));
    return r;
}

static int write_text(int fd, const struct keyfile *f, int64_t made_at)
{
    char text[FILE_BYTES], hex[2 * KEYFILE_KEY_BYTES + 1];
    struct civil c = clock_civil(made_at, 0);
    bytes_to_hex(BYTES(f->key, sizeof(f->key)), hex);
    int len = snprintf(text, sizeof(text),
                       "gdpop-key 1\nid %" PRIu32 "\nmade %04d-%02d-%02dT%02d:%02d:%02dZ\nkey %s\n",
                       f->id, c.year, c.month, c.day, c.hour, c.minute, c.second, hex);
    ssize_t written = write(fd, text, (size_t)len);
    if (written >= 0 && written != len)
        errno = ENOSPC;
    explicit_bzero(text, sizeof(text));
    explicit_bzero(hex, sizeof(hex));
    return written == len ? 0 : -1;
}

int keyfile_write(int dir_fd, const char *dir, const char *name, const struct keyfile *f,
                  int64_t made_at)
{
    /* written under a name that is no key file, then linked: link never replaces */
    char draft[64];
    int r = 0;
    snprintf(draft, sizeof(draft), "draft-%d", (int)getpid());
    unlinkat(dir_fd, draft, 0); /* of one that was killed and had this pid */
    int fd = openat(dir_fd, draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_errno(_("cannot make a file in %s"), dir);
    if (fchmod(fd, 0600) < 0 || write_text(fd, f, made_at) < 0 || fsync(fd) < 0 ||
        linkat(dir_fd, draft, dir_fd, name, 0) < 0)
        r = errno == EEXIST ? err_fail(GDPOP_ERR_EXISTS, _("%s/%s exists already"), dir, name)
                            : err_errno(_("cannot write %s/%s"), dir, name);
    close(fd);
    unlinkat(dir_fd, draft, 0);
    if (r == 0 && fsync(dir_fd) < 0)
        r = err_errno(_("cannot write %s/%s"), dir, name);
    return r;
}
