/* The end of a store. Keys go first: without them nothing in the data can be read, wherever a copy
 * of its blocks is left. */
#include "store/private.h"

#include "base/err.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_zeros(int fd, off_t bytes)
{
    static const char zeros[1 << 16];
    for (off_t at = 0; at < bytes;) {
        size_t len = bytes - at < (off_t)sizeof(zeros) ? (size_t)(bytes - at) : sizeof(zeros);
        ssize_t n = pwrite(fd, zeros, len, at);
        if (n <= 0)
            return -1;
        at += n;
    }
    return fsync(fd);
}

int store_wipe_file(const char *path)
{
    struct stat st;
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? 0 : err_errno(_("cannot open %s"), path);
    int r = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && write_zeros(fd, st.st_size) == 0
                ? 0
                : err_errno(_("cannot wipe %s"), path);
    close(fd);
    if (r == 0 && unlink(path) < 0)
        r = err_errno(_("cannot remove %s"), path);
    return r;
}

int store_wipe_keys(const struct conf *conf)
{
    DIR *d = opendir(conf->key_dir);
    int r = d ? 0 : err_errno(_("cannot read the directory %s"), conf->key_dir);
    for (struct dirent *e; r == 0 && (e = readdir(d));) {
        char path[PATH_MAX];
        if (e->d_name[0] != '.' && (r = store_path(conf->key_dir, e->d_name, path)) == 0)
            r = store_wipe_file(path);
    }
    if (d)
        closedir(d);
    return r;
}

int store_wipe(const struct conf *conf)
{
    static const char *const names[] = {STORE_SEAL_FILE, STORE_DATA_FILE};
    char path[PATH_MAX];
    int r = 0;
    for (size_t i = 0; r == 0 && i < sizeof(names) / sizeof(names[0]); i++)
        if ((r = store_path(conf->store_dir, names[i], path)) == 0)
            r = store_wipe_file(path);
    if (r == 0)
        store_unmake(conf);
    return r;
}
