/* gdpop_audit_copy: a file made of an export, against its manifest. */
#include "audit/files.h"
#include "audit/statement.h"

#include "base/err.h"
#include "base/text.h"
#include "crypto/digester.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct telling {
    void (*found)(const struct gdpop_audit_finding *f, void *arg);
    void *arg;
    const struct statement *s;
    size_t count;
};

static void tell(struct telling *t, const char *kind, const char *sentence)
{
    const struct gdpop_audit_finding f = {kind, t->s->first, t->s->last, sentence};
    t->count++;
    if (t->found)
        t->found(&f, t->arg);
}

/* The line of the manifest: all of its own file, or the last line of the file itself, whose *len
 * bytes before that it then signs. */
static int read_manifest(const char *path, bool at_end, char text[static STATEMENT_MAX_BYTES],
                         int64_t *len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    off_t size = fd < 0 || !at_end ? 0 : lseek(fd, 0, SEEK_END);
    off_t from = size < STATEMENT_MAX_BYTES ? 0 : size - (STATEMENT_MAX_BYTES - 1);
    ssize_t n = fd < 0 ? -1 : pread(fd, text, STATEMENT_MAX_BYTES - 1, from);
    int r = n < 0 ? err_errno(_("cannot open %s"), path) : 0;
    if (fd >= 0)
        close(fd);
    text[n < 0 ? 0 : n] = '\0';
    *len = INT64_MAX;
    if (r == 0 && at_end) {
        if (n > 0 && text[n - 1] == '\n')
            text[--n] = '\0';
        char *line = memrchr(text, '\n', (size_t)n);
        line = line ? line + 1 : text;
        *len = from + (line - text);
        memmove(text, line, (size_t)(text + n - line) + 1);
    }
    text[strcspn(text, "\n")] = '\0';
    return r;
}

static int file_digest(const char *path, int64_t len, uint8_t digest[static DIGEST_BYTES])
{
    struct digester *d = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int r = fd < 0 ? err_errno(_("cannot open %s"), path) : digester_new(&d);
    if (r == 0)
        r = digester_part(d, fd, len, digest);
    digester_free(d);
    if (fd >= 0)
        close(fd);
    return r;
}

static void check_anchors(const struct gdpop_audit *a, struct telling *t,
                          struct gdpop_audit_copy *copy)
{
    for (size_t i = 0; i < a->anchor_count; i++) {
        const struct trail_anchor *anchor = &a->anchors[i];
        if (anchor->sequence != t->s->last)
            continue;
        copy->anchored = memcmp(anchor->digest, t->s->digest, DIGEST_BYTES) == 0;
        if (!copy->anchored)
            tell(t, "rolled-back",
                 _("a checkpoint saw another event in the place of its last one: the trail was put "
                   "back and continued differently"));
    }
}

int gdpop_audit_copy(struct gdpop_audit *a, const char *path, const char *manifest_path,
                     void (*found)(const struct gdpop_audit_finding *f, void *arg), void *arg,
                     struct gdpop_audit_copy *copy, bool *ok)
{
    char text[STATEMENT_MAX_BYTES];
    uint8_t digest[DIGEST_BYTES];
    struct statement s;
    struct telling t = {found, arg, &s, 0};
    bool good, at_end = manifest_path == NULL;
    int64_t len;
    err_clear();
    *copy = (struct gdpop_audit_copy){.first = 0};
    *ok = false;
    int r = read_manifest(at_end ? path : manifest_path, at_end, text, &len);
    if (r < 0)
        return r;
    if (statement_read(text, a->certificate, &s, &good) < 0 || !s.has_file)
        return err_fail(GDPOP_ERR_FORMAT, _("%s is no manifest of an export"),
                        at_end ? path : manifest_path);
    if ((r = file_digest(path, len, digest)) < 0)
        return r;
    copy->signature_checked = a->certificate && good;
    copy->first = s.first;
    copy->last = s.last;
    copy->at = s.at;
    snprintf(copy->form, sizeof(copy->form), "%s", s.form);
    snprintf(copy->by, sizeof(copy->by), "%s", s.by);
    snprintf(copy->purpose, sizeof(copy->purpose), "%s", s.purpose);
    if (memcmp(digest, s.file, DIGEST_BYTES) != 0)
        tell(&t, "edited", _("the file is not the one that its manifest names: it was altered"));
    if (a->certificate && !good)
        tell(&t, "signature", _("its manifest was not signed by the key of this certificate"));
    check_anchors(a, &t, copy);
    *ok = t.count == 0;
    return 0;
}
