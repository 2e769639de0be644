/* gdpop_audit_follow: a file that grows, or a stream, verified as it comes. */
#include "audit/files.h"
#include "audit/reader.h"
#include "audit/statement.h"

#include "base/err.h"
#include "base/text.h"

#include <string.h>

struct following {
    struct gdpop_audit *audit;
    struct verifier *verifier;
    int (*each)(const struct gdpop_audit_event *e, void *arg);
    void *arg;
};

static int follow_line(struct following *f, const struct trail_line *line)
{
    uint8_t packed[LINE_MAX_BYTES];
    struct trail_item item;
    struct gdpop_audit_event event;
    if (files_repeated(f->audit, f->verifier->last, line))
        return 0;
    files_item(line, packed, &item);
    int r = verifier_item(f->verifier, &item);
    if (r < 0)
        return r;
    files_event(line, &event);
    return f->each(&event, f->arg);
}

static void check_manifest(const struct gdpop_audit *a, struct verifier *v, char *manifest,
                           const char *path)
{
    struct statement s;
    bool good;
    if (statement_read(manifest, a->certificate, &s, &good) < 0 || (a->certificate && !good))
        verifier_report(v, "signature", v->first, v->last,
                        _("the manifest of %s was not signed by the key of this certificate"),
                        path);
    else if (s.last != v->last || !digest_equal(s.digest, v->previous))
        verifier_report(v, "manifest", s.first, s.last,
                        _("the manifest of %s tells of events %llu to %llu, and the file does not "
                          "end as it says"),
                        path, (unsigned long long)s.first, (unsigned long long)s.last);
}

int gdpop_audit_follow(struct gdpop_audit *a, const char *path,
                       int (*each)(const struct gdpop_audit_event *e, void *arg),
                       void (*found)(const struct gdpop_audit_finding *f, void *arg), void *arg)
{
    struct verifier v = a->verifier;
    struct following f = {a, &v, each, arg};
    struct trail_line line;
    struct reader *reader;
    int rc = 0;
    err_clear();
    v.found = found;
    v.arg = arg;
    v.anchors = a->anchors;
    v.anchor_count = a->anchor_count;
    for (size_t i = 0; i < a->anchor_count; i++)
        a->anchors[i].met = false;
    memset(a->seen, 0, sizeof(a->seen));
    int r = reader_follow(path, &reader);
    if (r < 0)
        return r;
    while ((r = reader_next(reader, &line)) == 1 && (rc = follow_line(&f, &line)) == 0)
        ;
    if (r == 0 && rc == 0 && v.begun && reader_manifest(reader))
        check_manifest(a, &v, reader_manifest(reader), path);
    if (v.begun)
        verifier_end(&v);
    reader_close(reader);
    verifier_wipe(&v);
    return r < 0 ? r : rc;
}
