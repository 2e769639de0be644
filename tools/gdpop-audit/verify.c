#include "audit.h"

#include <inttypes.h>

struct telling {
    bool json;
    size_t count;
};

static void found(const struct gdpop_audit_finding *f, void *arg)
{
    struct telling *t = arg;
    if (t->json) {
        printf("%s{\"kind\":\"%s\",\"first\":%" PRIu64 ",\"last\":%" PRIu64 ",\"sentence\":",
               t->count ? "," : "", f->kind, f->first, f->last);
        put_json(stdout, f->sentence);
        putchar('}');
    } else {
        put_clean(stdout, f->sentence);
        putchar('\n');
    }
    t->count++;
}

static void say(const char *sentence, void *arg)
{
    (void)arg;
    puts(sentence);
}

static void put_report(const struct gdpop_audit_report *r)
{
    printf("],\"verified\":%s,\"seal_checked\":%s,\"signature_checked\":%s,\"first\":%" PRIu64
           ",\"last\":%" PRIu64 ",\"events\":%" PRIu64 ",\"epochs\":%" PRIu64
           ",\"sealed_to\":%" PRIu64 ",\"anchored_to\":%" PRIu64 "}\n",
           r->ok ? "true" : "false", r->seal_checked ? "true" : "false",
           r->signature_checked ? "true" : "false", r->first, r->last, r->events, r->epochs,
           r->sealed_to, r->anchored_to);
}

static int run(struct gdpop_audit *a, const struct options *o, int count, char **files)
{
    struct telling t = {.json = o->json};
    struct gdpop_audit_report report;
    int r = 0;
    for (int i = 0; i < count; i++)
        if (is_copy(files[i]))
            return verify_copies(a, o, count, files);
    for (int i = 0; r == 0 && i < count; i++)
        r = gdpop_audit_add(a, files[i]);
    if (r < 0)
        return fail(r);
    if (o->json)
        printf("{\"findings\":[");
    r = gdpop_audit_verify(a, found, &t, &report);
    if (r < 0)
        return fail(r);
    if (o->json)
        put_report(&report);
    else
        report_sentences(&report, t.count, say, NULL);
    return report.ok ? EXIT_DONE : EXIT_NOT_SOUND;
}

const struct command verify_command = {
    "verify", N_("Find and locate what was changed, dropped or put in."), run};
