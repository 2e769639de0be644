/* gdpop_audit_*: exports and archives of a trail, read together. */
#include "audit/files.h"
#include "audit/kept.h"
#include "audit/private.h"
#include "audit/reader.h"

#include "base/err.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int gdpop_audit_open(struct gdpop_audit **ap)
{
    err_clear();
    *ap = calloc(1, sizeof(**ap));
    return *ap ? 0 : err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
}

void gdpop_audit_close(struct gdpop_audit *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->file_count; i++)
        free(a->files[i].path);
    free(a->files);
    free(a->anchors);
    sign_key_free(a->certificate);
    verifier_wipe(&a->verifier);
    free(a);
}

static int by_first(const void *x, const void *y)
{
    const struct file *a = x, *b = y;
    return (a->first > b->first) - (a->first < b->first);
}

int gdpop_audit_add(struct gdpop_audit *a, const char *path)
{
    struct trail_line line;
    struct reader *reader;
    err_clear();
    int r = reader_open(path, &reader);
    bool opened = r == 0;
    if (opened)
        r = reader_next(reader, &line);
    if (opened)
        reader_close(reader);
    bool damaged = r == GDPOP_ERR_FORMAT && reader_is_archive(path);
    if (damaged)
        r = 0;
    struct file *files = r >= 0 ? realloc(a->files, (a->file_count + 1) * sizeof(*files)) : NULL;
    if (!files)
        return r < 0 ? r : err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    a->files = files;
    files[a->file_count] = (struct file){strdup(path), damaged  ? UINT64_MAX
                                                       : r == 1 ? line.sequence
                                                                : 0};
    if (!files[a->file_count].path)
        return err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    a->file_count++;
    qsort(files, a->file_count, sizeof(*files), by_first);
    return 0;
}

/* ---- What the auditor keeps ---- */

int gdpop_audit_seal_key(struct gdpop_audit *a, const char *text, size_t len, const char *origin)
{
    err_clear();
    return kept_seal_key(&a->verifier, BYTES(text, len), origin);
}

int gdpop_audit_certificate(struct gdpop_audit *a, const char *text, size_t len, const char *origin)
{
    err_clear();
    sign_key_free(a->certificate);
    return sign_key_parse(BYTES(text, len), origin, &a->certificate);
}

int gdpop_audit_anchor(struct gdpop_audit *a, const char *text, size_t len, const char *origin)
{
    err_clear();
    return kept_anchors(BYTES(text, len), origin, a->certificate, &a->anchors, &a->anchor_count);
}

/* ---- Events in order ---- */

static int pass_checkpoint(struct pass *p, const struct file *f, struct reader *reader)
{
    char *text = reader_take_checkpoint(reader);
    int r = text && p->checkpoint ? p->checkpoint(p, f, text) : 0;
    free(text);
    return r;
}

bool files_repeated(struct gdpop_audit *a, uint64_t last, const struct trail_line *line)
{
    size_t i = line->sequence % FILES_SEEN;
    bool again = line->sequence <= last && a->seen[i].sequence == line->sequence &&
                 digest_equal(a->seen[i].digest, line->digest);
    a->seen[i].sequence = line->sequence;
    memcpy(a->seen[i].digest, line->digest, DIGEST_BYTES);
    return again;
}

static bool is_repeated(struct pass *p, const struct trail_line *line)
{
    bool again = files_repeated(p->a, p->last, line);
    if (again && (p->repeated == 0 || line->sequence < p->repeated))
        p->repeated = line->sequence;
    if (again && line->sequence > p->repeated_to)
        p->repeated_to = line->sequence;
    return again;
}

/* What an earlier file held already is passed over. */
static int pass_file(struct pass *p, const struct file *f)
{
    struct trail_line line;
    struct reader *reader;
    uint64_t known = p->last;
    int r = reader_open(f->path, &reader), rc = 0;
    p->file_first = p->file_last = p->repeated = p->repeated_to = 0;
    if (r < 0)
        return f->first == UINT64_MAX && p->damaged ? p->damaged(p) : r;
    while ((r = reader_next(reader, &line)) == 1) {
        if ((rc = pass_checkpoint(p, f, reader)) != 0)
            break;
        if (p->file_first == 0)
            p->file_first = line.sequence;
        p->file_last = line.sequence;
        memcpy(p->file_digest, line.digest, DIGEST_BYTES);
        if (line.sequence <= known || is_repeated(p, &line))
            continue;
        known = 0;
        p->lines++;
        if (line.sequence > p->last)
            p->last = line.sequence;
        if ((rc = p->line(p, &line)) != 0)
            break;
    }
    if (r >= 0 && rc == 0)
        rc = pass_checkpoint(p, f, reader);
    if (r >= 0 && rc == 0 && p->file_end)
        rc = p->file_end(p, f, reader_manifest(reader));
    reader_close(reader);
    if (r == GDPOP_ERR_FORMAT && rc == 0 && p->damaged && f->first)
        return p->damaged(p);
    return r < 0 ? r : rc;
}

int files_pass(struct pass *p)
{
    int r = 0;
    memset(p->a->seen, 0, sizeof(p->a->seen));
    for (size_t i = 0; r == 0 && i < p->a->file_count; i++)
        r = pass_file(p, &p->a->files[i]);
    return r;
}

struct each {
    int (*each)(const struct gdpop_audit_event *e, void *arg);
    void *arg;
};

void files_event(const struct trail_line *l, struct gdpop_audit_event *event)
{
    *event = (struct gdpop_audit_event){
        l->sequence, l->epoch,    l->at,       l->uptime,   l->text[0],  l->text[1],  l->text[2],
        l->text[3],  l->text[4],  l->text[5],  l->text[6],  l->text[7],  l->text[8],  l->text[9],
        l->text[10], l->text[11], l->text[12], l->text[13], l->text[14], l->text[15], l->digest};
}

static int show(struct pass *p, const struct trail_line *l)
{
    const struct each *each = p->arg;
    struct gdpop_audit_event e;
    files_event(l, &e);
    return each->each(&e, each->arg);
}

int gdpop_audit_each(struct gdpop_audit *a,
                     int (*each)(const struct gdpop_audit_event *e, void *arg), void *arg)
{
    struct each what = {each, arg};
    struct pass p = {.a = a, .line = show, .arg = &what};
    err_clear();
    return files_pass(&p);
}
