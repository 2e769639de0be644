/* gdpop_audit_verify: the events of all files, what ends each of them, and what the auditor keeps.
 */
#include "audit/files.h"
#include "audit/private.h"
#include "audit/statement.h"

#include "base/err.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* What the rest of the file held is not known; the walk goes on with the next one. */
static int check_damaged(struct pass *p)
{
    struct check *c = p->arg;
    char sentence[384];
    snprintf(sentence, sizeof(sentence), "%s", err_sentence());
    uint64_t at = (p->file_last ? p->file_last : p->last) + 1;
    verifier_report(c->v, "damaged", at, at, "%s", sentence);
    err_clear();
    c->first_of_file = true;
    c->collected = c->all_signed = false;
    return 0;
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
                     .damaged = check_damaged,
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
    int r = files_pass(&p);
    if (r == 0) {
        verifier_end(&v);
        fill_report(a, c, report);
    }
    verifier_wipe(&v);
    free(c);
    return r;
}
