#include "audit/forward.h"

#include "base/err.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#define MAGIC "gdpop-forward 1\n"
#define FILE_NAME "forward"

static int path_of(const char *store_dir, const char *suffix, char out[static PATH_MAX])
{
    if (snprintf(out, PATH_MAX, "%s/" FILE_NAME "%s", store_dir, suffix) >= PATH_MAX)
        return err_fail(GDPOP_ERR_CONFIG, _("the path %s is too long"), store_dir);
    return 0;
}

static int find_name(const char *name)
{
    for (int i = 0; i < CONF_FORWARD_COUNT; i++)
        if (strcmp(conf_forward_names[i], name) == 0)
            return i;
    return -1;
}

/* "syslog 1234 DIGEST"; destinations that are not known are another version's. */
static bool read_line(char *line, struct forward_state *s)
{
    char name[16], hex[2 * DIGEST_BYTES + 1];
    unsigned long long sequence;
    struct forward_cursor c;
    if (sscanf(line, "%15s %llu %64s", name, &sequence, hex) != 3 ||
        bytes_from_hex(hex, c.digest, sizeof(c.digest)) < 0)
        return false;
    c.sequence = sequence;
    int to = find_name(name);
    if (to >= 0)
        s->to[to] = c;
    return true;
}

int forward_state_read(const char *store_dir, struct forward_state *s)
{
    char path[PATH_MAX], line[160];
    *s = (struct forward_state){.to[0].sequence = 0};
    int r = path_of(store_dir, "", path);
    FILE *f = r == 0 ? fopen(path, "re") : NULL;
    if (!f)
        return r < 0 || errno == ENOENT ? r : err_errno(_("cannot open %s"), path);
    bool good = fgets(line, sizeof(line), f) && strcmp(line, MAGIC) == 0;
    while (good && fgets(line, sizeof(line), f))
        good = read_line(line, s);
    fclose(f);
    if (good)
        return 0;
    return err_fail(GDPOP_ERR_FORMAT,
                    _("%s is damaged: it tells how far events were forwarded; \"gdpop-admin audit "
                      "forward --from SEQ\" makes it anew"),
                    path);
}

static int write_all(int fd, const char *path, const char *text, size_t len)
{
    ssize_t n = write(fd, text, len);
    if (n < 0 || fsync(fd) < 0)
        return err_errno(_("cannot write %s"), path);
    return (size_t)n == len ? 0 : err_fail(GDPOP_ERR_FULL, _("cannot write %s"), path);
}

int forward_state_write(const char *store_dir, const struct forward_state *s)
{
    char path[PATH_MAX], draft[PATH_MAX], text[1024] = MAGIC, hex[2 * DIGEST_BYTES + 1];
    size_t len = strlen(text);
    int r = path_of(store_dir, "", path);
    if (r < 0 || (r = path_of(store_dir, ".new", draft)) < 0)
        return r;
    for (int i = 0; i < CONF_FORWARD_COUNT; i++) {
        bytes_to_hex(BYTES(s->to[i].digest, DIGEST_BYTES), hex);
        if (s->to[i].sequence)
            len +=
                (size_t)snprintf(text + len, sizeof(text) - len, "%s %llu %s\n",
                                 conf_forward_names[i], (unsigned long long)s->to[i].sequence, hex);
    }
    int fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_errno(_("cannot write %s"), draft);
    r = write_all(fd, draft, text, len);
    close(fd);
    if (r == 0 && rename(draft, path) < 0)
        r = err_errno(_("cannot write %s"), path);
    return r;
}
