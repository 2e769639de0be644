/* gdpop_audit_*: exports and archives of a trail, read together. */
#include "audit/files.h"
#include "audit/kept.h"
#include "audit/private.h"
#include "audit/reader.h"
#include "audit/statement.h"

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
    if (r < 0)
        return r;
    r = reader_next(reader, &line);
    reader_close(reader);
    struct file *files = r >= 0 ? realloc(a->files, (a->file_count + 1) * sizeof(*files)) : NULL;
    if (!files)
        return r < 0 ? r : err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    a->files = files;
    files[a->file_count] = (struct file){strdup(path), r == 1 ? line.sequence : 0};
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

struct pass {
    struct gdpop_audit *a;
    int (*line)(struct pass *p, const struct trail_line *line);
    /* A checkpoint among the events: of the last one passed; its text may be changed. */
    int (*checkpoint)(struct pass *p, const struct file *f, char *text);
    int (*file_end)(struct pass *p, const struct file *f, char *manifest);
    void *arg;
    uint64_t last; /* of the files before this one */
    uint64_t file_first, file_last, lines;
    uint8_t file_digest[DIGEST_BYTES];
    uint64_t repeated, repeated_to; /* events that stood in the file again, 0: none */
};

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
    if (r < 0)
        return r;
    p->file_first = p->file_last = p->repeated = p->repeated_to = 0;
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
    return r < 0 ? r : rc;
}

static int pass_all(struct pass *p)
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
    return pass_all(&p);
}

/* ---- Verification ---- */

struct check {
    struct verifier *v;
    bool all_signed;
    bool first_of_file;
    bool collected; /* the file has checkpoints among its events: no manifest ends it */
    uint8_t packed[LINE_MAX_BYTES];       /* the event that passes */
    uint8_t first_packed[LINE_MAX_BYTES]; /* the first event, until the manifest tells what was
                                             before it */
    size_t first_len;
    uint8_t first_digest[DIGEST_BYTES];
    uint64_t first;
    char store[40];
};

void files_item(const struct trail_line *line, uint8_t packed[static LINE_MAX_BYTES],
                struct trail_item *item)
{
    size_t len = line_pack(line, packed);
    *item = (struct trail_item){
        .packed = BYTES(len ? packed : NULL, len),
        .sequence = line->sequence,
        .epoch = line->epoch,
        .at = line->at,
        .host = line->text[TEXT_HOST],
        .action = line->text[TEXT_ACTION],
        .detail = line->text[TEXT_DETAIL],
        .digest = line->digest,
        .mac = line->sealed ? line->mac : NULL,
    };
}

static int check_line(struct pass *p, const struct trail_line *line)
{
    struct check *c = p->arg;
    struct trail_item item;
    files_item(line, c->packed, &item);
    if (c->first_len == 0) {
        c->first_len = item.packed.len;
        memcpy(c->first_packed, c->packed, c->first_len);
        c->first = line->sequence;
        memcpy(c->first_digest, line->digest, DIGEST_BYTES);
    } else if (c->first_of_file && line->sequence > c->v->last + 1) {
        verifier_gap(c->v, c->v->last + 1, line->sequence - 1);
    }
    c->first_of_file = false;
    return verifier_item(c->v, &item);
}

/* The first event of all is held against what the manifest says stood before it. */
static int check_first(struct check *c, const struct statement *s)
{
    uint8_t digest[DIGEST_BYTES];
    if (c->first_len == 0 || s->first != c->first || c->first == 1)
        return 0;
    int r = trail_digest(s->previous, BYTES(c->first_packed, c->first_len), digest);
    if (r == 0 && !digest_equal(digest, c->first_digest))
        verifier_report(c->v, "edited", c->first, c->first,
                        _("event %llu, or the digest of the one before it, was altered"),
                        (unsigned long long)c->first);
    c->first = 1;
    return r;
}

static int check_checkpoint(struct pass *p, const struct file *f, char *text)
{
    struct check *c = p->arg;
    struct statement s;
    bool good = false;
    c->collected = true;
    if (statement_read(text, p->a->certificate, &s, &good) < 0 || s.last != p->file_last ||
        !digest_equal(s.digest, p->file_digest))
        verifier_report(c->v, "anchor", p->file_last, p->file_last,
                        _("the checkpoint behind event %llu in %s does not fit what stands before "
                          "it"),
                        (unsigned long long)p->file_last, f->path);
    else if (p->a->certificate && !good)
        verifier_report(c->v, "signature", p->file_last, p->file_last,
                        _("the checkpoint behind event %llu in %s was not signed by the key of "
                          "this certificate"),
                        (unsigned long long)p->file_last, f->path);
    c->all_signed &= good;
    return 0;
}

static int check_file_end(struct pass *p, const struct file *f, char *manifest)
{
    struct check *c = p->arg;
    struct statement s;
    bool good;
    c->first_of_file = true;
    bool collected = c->collected;
    c->collected = false;
    if (!manifest && collected)
        return 0;
    if (p->repeated)
        verifier_report(c->v, "duplicated", p->repeated, p->repeated_to,
                        _("event %llu stands there twice"), (unsigned long long)p->repeated);
    if (!manifest || statement_read(manifest, p->a->certificate, &s, &good) < 0) {
        c->all_signed = false;
        verifier_report(c->v, "manifest", p->file_first, p->file_last,
                        _("%s has no manifest at its end: it was cut off or never completed"),
                        f->path);
        return 0;
    }
    if (p->a->certificate && !good)
        verifier_report(c->v, "signature", p->file_first, p->file_last,
                        _("the manifest of %s was not signed by the key of this certificate"),
                        f->path);
    if (!good)
        c->all_signed = false;
    if (c->store[0] && strcmp(c->store, s.store) != 0)
        verifier_report(c->v, "manifest", p->file_first, p->file_last,
                        _("%s is of another store than the files before it"), f->path);
    memcpy(c->store, s.store, sizeof(c->store));
    if (s.first != p->file_first || s.last != p->file_last ||
        !digest_equal(s.digest, p->file_digest))
        verifier_report(c->v, "manifest", p->file_first, p->file_last,
                        _("the manifest of %s tells of events %llu to %llu, and the file does not "
                          "end as it says"),
                        f->path, (unsigned long long)s.first, (unsigned long long)s.last);
    return check_first(c, &s);
}

static void fill_report(const struct gdpop_audit *a, const struct check *c,
                        struct gdpop_audit_report *report)
{
    const struct verifier *v = c->v;
    report->ok = v->findings == 0;
    report->seal_checked = v->key_count > 0;
    report->signature_checked = a->certificate && c->all_signed;
    report->first = v->begun ? v->first : 0;
    report->last = v->last;
    report->events = v->events;
    report->epochs = v->epochs;
    report->sealed_to = v->sealed_to;
    for (size_t i = 0; i < a->anchor_count; i++)
        if (a->anchors[i].met && a->anchors[i].sequence > report->anchored_to)
            report->anchored_to = a->anchors[i].sequence;
}

int gdpop_audit_verify(struct gdpop_audit *a,
                       void (*found)(const struct gdpop_audit_finding *f, void *arg), void *arg,
                       struct gdpop_audit_report *report)
{
    struct verifier v = a->verifier;
    struct check *c = calloc(1, sizeof(*c));
    struct pass p = {.a = a,
                     .line = check_line,
                     .checkpoint = check_checkpoint,
                     .file_end = check_file_end,
                     .arg = c};
    err_clear();
    *report = (struct gdpop_audit_report){.ok = false};
    if (!c)
        return err_fail(GDPOP_ERR_NOMEM, _("memory is short"));
    v.found = found;
    v.arg = arg;
    v.anchors = a->anchors;
    v.anchor_count = a->anchor_count;
    for (size_t i = 0; i < a->anchor_count; i++)
        a->anchors[i].met = false;
    c->v = &v;
    c->all_signed = c->first_of_file = true;
    int r = pass_all(&p);
    if (r == 0) {
        verifier_end(&v);
        fill_report(a, c, report);
    }
    verifier_wipe(&v);
    free(c);
    return r;
}
