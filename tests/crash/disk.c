#include "disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FILES_MAX = 16, SECTOR_BYTES = 512 };

struct file {
    char name[64];
    uint8_t *content; /* on the disk when recording began */
    size_t len;
};

struct note {
    int file;
    bool flush;   /* else a write */
    bool through; /* a write that is on the disk when it returns */
    off_t at;
    size_t len;
    uint8_t *bytes;
};

static char recorded[PATH_MAX];
static struct file file[FILES_MAX];
static int file_count;
static struct note *notes;
static size_t note_count, note_room;
static bool recording;

static void fail(const char *what)
{
    fprintf(stderr, "crash: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void *room(void *p, size_t bytes)
{
    p = realloc(p, bytes ? bytes : 1);
    if (!p)
        fail("memory");
    return p;
}

static void load(struct file *f, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        fail(path);
    f->len = (size_t)st.st_size;
    f->content = room(NULL, f->len);
    if (read(fd, f->content, f->len) != (ssize_t)f->len)
        fail(path);
    close(fd);
}

void disk_record(const char *dir)
{
    char path[PATH_MAX];
    DIR *d = opendir(dir);
    if (!d || !realpath(dir, recorded))
        fail(dir);
    for (struct dirent *e; (e = readdir(d));) {
        if (e->d_name[0] == '.')
            continue;
        if (file_count == FILES_MAX || snprintf(file[file_count].name, sizeof(file->name), "%s",
                                                e->d_name) >= (int)sizeof(file->name))
            fail("too many files");
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        load(&file[file_count++], path);
    }
    closedir(d);
    recording = true;
}

void disk_stop(void)
{
    recording = false;
}

size_t disk_notes(void)
{
    return note_count;
}

/* The file behind a descriptor, or -1 when it is none of the directory's. */
static int file_of(int fd)
{
    char link[32], path[PATH_MAX];
    size_t dir_len = strlen(recorded);
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof(path) - 1);
    if (n < 0 || (size_t)n <= dir_len || memcmp(path, recorded, dir_len) != 0)
        return -1;
    path[n] = '\0';
    for (int i = 0; i < file_count; i++)
        if (strcmp(path + dir_len + 1, file[i].name) == 0)
            return i;
    return -1;
}

static struct note *new_note(int of)
{
    if (note_count == note_room)
        notes = room(notes, (note_room = note_room ? 2 * note_room : 1024) * sizeof(*notes));
    notes[note_count] = (struct note){.file = of};
    return &notes[note_count++];
}

static void note_write(int fd, const struct iovec *v, int count, off_t at)
{
    int of = recording ? file_of(fd) : -1;
    if (of < 0)
        return;
    struct note *n = new_note(of);
    n->through = fcntl(fd, F_GETFL) & O_DSYNC;
    n->at = at;
    for (int i = 0; i < count; i++)
        n->len += v[i].iov_len;
    uint8_t *p = n->bytes = room(NULL, n->len);
    for (int i = 0; i < count; p += v[i++].iov_len)
        memcpy(p, v[i].iov_base, v[i].iov_len);
}

static void note_flush(int fd)
{
    int of = recording ? file_of(fd) : -1;
    if (of >= 0)
        new_note(of)->flush = true;
}

/* These stand before the C library's, for liblmdb too. A write is noted before it happens, a flush
 * after: the power may go while it is under way. */
#pragma GCC visibility push(default)

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    note_write(fd, &(struct iovec){(void *)(uintptr_t)bytes, len}, 1, at);
    return syscall(SYS_pwrite64, fd, bytes, len, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at)
{
    return pwrite(fd, bytes, len, at);
}

ssize_t pwritev(int fd, const struct iovec *v, int count, off_t at)
{
    note_write(fd, v, count, at);
    return syscall(SYS_pwritev, fd, v, count, at, 0);
}

/* LMDB seeks before it. */
ssize_t writev(int fd, const struct iovec *v, int count)
{
    if (recording)
        note_write(fd, v, count, lseek(fd, 0, SEEK_CUR));
    return syscall(SYS_writev, fd, v, count);
}

ssize_t pwritev64(int fd, const struct iovec *v, int count, off_t at)
{
    return pwritev(fd, v, count, at);
}

int fdatasync(int fd)
{
    int rc = (int)syscall(SYS_fdatasync, fd);
    if (rc == 0)
        note_flush(fd);
    return rc;
}

int fsync(int fd)
{
    int rc = (int)syscall(SYS_fsync, fd);
    if (rc == 0)
        note_flush(fd);
    return rc;
}

#pragma GCC visibility pop

static void grow(struct file *f, size_t len)
{
    if (len <= f->len)
        return;
    f->content = room(f->content, len);
    memset(f->content + f->len, 0, len - f->len);
    f->len = len;
}

/* Puts the sectors of a write that arrived. */
static void put(struct file *f, const struct note *n, enum disk_loss loss)
{
    bool arrives = loss == DISK_LOSES_NOTHING || (loss == DISK_LOSES_WRITES && rand() % 2);
    for (size_t at = 0; at < n->len; at += SECTOR_BYTES) {
        size_t len = n->len - at < SECTOR_BYTES ? n->len - at : SECTOR_BYTES;
        if (!(loss == DISK_LOSES_SECTORS ? rand() % 2 : arrives))
            continue;
        grow(f, (size_t)n->at + at + len);
        memcpy(f->content + n->at + at, n->bytes + at, len);
    }
}

/* Whether the write note i is surely on the disk when the power goes after `until` notes. */
static bool flushed(size_t i, size_t until)
{
    if (notes[i].through && i + 1 < until)
        return true;
    for (size_t k = i + 1; k < until; k++)
        if (notes[k].flush && notes[k].file == notes[i].file)
            return true;
    return false;
}

static void save(const struct file *f, const char *dir)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", dir, f->name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, f->content, f->len) != (ssize_t)f->len)
        fail(path);
    close(fd);
}

void disk_cut(size_t until, enum disk_loss loss, const char *to)
{
    struct file now[FILES_MAX];
    for (int i = 0; i < file_count; i++) {
        now[i] = file[i];
        now[i].content = room(NULL, file[i].len);
        memcpy(now[i].content, file[i].content, file[i].len);
    }
    for (size_t i = 0; i < until; i++)
        if (!notes[i].flush)
            put(&now[notes[i].file], &notes[i], flushed(i, until) ? DISK_LOSES_NOTHING : loss);
    for (int i = 0; i < file_count; i++) {
        save(&now[i], to);
        free(now[i].content);
    }
}
