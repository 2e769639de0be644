#include "audit.h"

struct following {
    const struct options *options;
    size_t findings;
};

static int each(const struct gdpop_audit_event *e, void *arg)
{
    const struct following *f = arg;
    if (filter_takes(&f->options->filter, e))
        put_event(e, f->options->json);
    return fflush(stdout) ? 1 : 0;
}

static void found(const struct gdpop_audit_finding *finding, void *arg)
{
    struct following *f = arg;
    f->findings++;
    if (f->options->json) {
        printf("{\"finding\":\"%s\",\"first\":%llu,\"last\":%llu,\"sentence\":", finding->kind,
               (unsigned long long)finding->first, (unsigned long long)finding->last);
        put_json(stdout, finding->sentence);
        putchar('}');
    } else {
        fputs("!! ", stdout);
        put_clean(stdout, finding->sentence);
    }
    putchar('\n');
}

static int run(struct gdpop_audit *a, const struct options *o, int count, char **files)
{
    struct following f = {.options = o};
    if (count != 1) {
        fprintf(stderr, "gdpop-audit: %s\n", _("follow reads one file, or - for standard input"));
        return EXIT_USAGE;
    }
    int r = gdpop_audit_follow(a, files[0], each, found, &f);
    return r < 0 ? fail(r) : r > 0 ? EXIT_SYSTEM : f.findings ? EXIT_NOT_SOUND : EXIT_DONE;
}

const struct command follow_command = {
    "follow", N_("Show events as they are added to a file or stream, and verify the chain."), run};
