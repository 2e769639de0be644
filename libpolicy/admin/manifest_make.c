/* `manifest make`: what is installed is what its administrators say it is, from now on. */
#include "admin/manifest.h"

#include "crypto/digest.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct made {
    char *path, *text;
    size_t files;
};

static int write_all(int fd, const char *text)
{
    for (size_t left = strlen(text); left > 0;) {
        ssize_t n = write(fd, text, left);
        if (n < 0)
            return -1;
        text += n;
        left -= (size_t)n;
    }
    return fsync(fd);
}

/* A reader sees the old one or the new one. */
static int put(struct gdpop_admin *a)
{
    const struct made *m = a->after_arg;
    const char *fresh = arena_printf(a->call.arena, "%s.new", m->path);
    if (!fresh)
        return GDPOP_ERR_NOMEM;
    unlink(fresh);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    int r = fd < 0 || fchmod(fd, 0644) != 0 || write_all(fd, m->text) != 0 ||
                    rename(fresh, m->path) != 0
                ? err_errno(_("cannot write %s"), m->path)
                : 0;
    if (fd >= 0)
        close(fd);
    return r;
}

static int make(struct gdpop_admin *a, const struct request *q)
{
    struct made *m = arena_alloc(a->call.arena, sizeof(*m));
    uint8_t digest[DIGEST_BYTES];
    char hex[2 * DIGEST_BYTES + 1];
    int r;
    (void)q;
    if (!m)
        return GDPOP_ERR_NOMEM;
    if ((r = manifest_path(a, &m->path)) != 0 ||
        (r = manifest_compose(a, &m->text, &m->files)) != 0)
        return r;
    const struct bytes text = bytes_of_text(m->text);
    if ((r = digest_sm3(&text, 1, digest)) != 0)
        return r;
    bytes_to_hex(BYTES(digest, sizeof(digest)), hex);
    a->after = put;
    a->after_arg = m;
    const char *detail =
        arena_printf(a->call.arena, "version=%s files=%zu sm3=%s", GDPOP_VERSION, m->files, hex);
    if (!detail)
        return GDPOP_ERR_NOMEM;
    if ((r = admin_event(a, "manifest.make", "", m->path, detail)) != 0 ||
        (r = result_row(a, 0)) != 0 || (r = result_text(a, "path", _("File"), m->path)) != 0 ||
        (r = result_number(a, "files", _("Files"), (int64_t)m->files)) != 0 ||
        (r = result_text(a, "digest", _("SM3"), hex)) != 0)
        return r;
    return result_message(a, _("status names every installed file that differs from now on"));
}

const struct operation operations_manifest[] = {
    {.public = {.noun = "manifest",
                .verb = "make",
                .help = N_("Sign the digests of the installed files, after an installation or "
                           "upgrade of one's own."),
                .duties = GDPOP_DUTY_SYSTEM | GDPOP_DUTY_HOST,
                .writes = true,
                .params = (const struct gdpop_param[]){PARAMS_END}},
     .run = make},
    {.public = {.noun = NULL}},
};
