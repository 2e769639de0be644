#include "audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int complain(const char *path, int error)
{
    fprintf(stderr, "gdpop-audit: ");
    put_clean(stderr, path);
    fprintf(stderr, ": %s\n", strerror(error));
    return EXIT_SYSTEM;
}

/* Never over an existing file. NFS has no such renaming, FAT has no links. */
static int name_page(const char *part, const char *path)
{
    if (renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return 0;
    return errno == EINVAL && link(part, path) == 0 ? 0 : -1;
}

/* A page under construction has another name, so that a full disk leaves no half page, and no
 * existing file (an export named by mistake) is written over. */
static int write_page(struct report *r, const char *path)
{
    char *part;
    if (asprintf(&part, "%s.part", path) < 0)
        return complain(path, ENOMEM);
    int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    int code = EXIT_DONE;
    if (!out) {
        code = complain(part, errno);
    } else {
        int rc = report_write(r, out);
        int error = rc > 0 ? errno : 0;
        if (fsync(fd) < 0 && !error)
            error = errno;
        if (fclose(out) && !error)
            error = errno;
        if (rc < 0)
            code = fail(rc);
        else if (error || name_page(part, path) < 0)
            code = complain(path, error ? error : errno);
        unlink(part);
    }
    free(part);
    return code;
}

static int run(struct gdpop_audit *a, const struct options *o, int count, char **files)
{
    struct report r = {
        .audit = a, .file_count = count, .files = files, .events_max = o->events_max};
    int rc = 0;
    if (!o->out) {
        fprintf(stderr, "gdpop-audit: %s\n", _("report needs --out FILE"));
        return EXIT_USAGE;
    }
    if (access(o->out, F_OK) == 0)
        return complain(o->out, EEXIST);
    for (int i = 0; rc == 0 && i < count; i++)
        rc = gdpop_audit_add(a, files[i]);
    if (rc < 0)
        return fail(rc);
    int code = write_page(&r, o->out);
    return code ? code : r.sound ? EXIT_DONE : EXIT_NOT_SOUND;
}

const struct command report_command = {
    "report", N_("Write one HTML page with numbers, charts and a table for people."), run};
