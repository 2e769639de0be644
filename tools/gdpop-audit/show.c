#include "audit.h"

#include <inttypes.h>

struct member {
    const char *name, *value;
};

enum { MEMBERS = 16 };

static void members_of(const struct gdpop_audit_event *e, struct member out[static MEMBERS])
{
    const struct member all[MEMBERS] = {
        {"actor", e->actor},     {"action", e->action},   {"subject", e->subject},
        {"object", e->object},   {"outcome", e->outcome}, {"rule", e->rule},
        {"tag", e->tag},         {"code", e->code},       {"service", e->service},
        {"address", e->address}, {"tty", e->tty},         {"device", e->device},
        {"session", e->session}, {"detail", e->detail},   {"host", e->host},
        {"boot_id", e->boot_id}};
    for (size_t i = 0; i < MEMBERS; i++)
        out[i] = all[i];
}

static void put_object(const struct gdpop_audit_event *e, const char *at)
{
    struct member m[MEMBERS];
    members_of(e, m);
    printf("{\"sequence\":%" PRIu64 ",\"at\":\"%.10sT%s+08:00\"", e->sequence, at, at + 11);
    for (size_t i = 0; i < MEMBERS; i++) {
        printf(",\"%s\":", m[i].name);
        put_json(stdout, m[i].value);
    }
    puts("}");
}

/* What is empty is left out; host and boot are for --json. */
static void put_line(const struct gdpop_audit_event *e, const char *at)
{
    struct member m[MEMBERS];
    members_of(e, m);
    printf("%" PRIu64 " %s", e->sequence, at);
    for (size_t i = 0; i < MEMBERS - 2; i++) {
        if (!*m[i].value)
            continue;
        printf(" %s=", m[i].name);
        put_clean(stdout, m[i].value);
    }
    putchar('\n');
}

void put_event(const struct gdpop_audit_event *e, bool json)
{
    char at[32];
    format_instant(e->at, at);
    if (json)
        put_object(e, at);
    else
        put_line(e, at);
}

static int each(const struct gdpop_audit_event *e, void *arg)
{
    const struct options *o = arg;
    if (filter_takes(&o->filter, e))
        put_event(e, o->json);
    return ferror(stdout) ? 1 : 0;
}

static int run(struct gdpop_audit *a, const struct options *o, int count, char **files)
{
    int r = 0;
    for (int i = 0; r == 0 && i < count; i++)
        r = gdpop_audit_add(a, files[i]);
    if (r == 0)
        r = gdpop_audit_each(a, each, (void *)(uintptr_t)o);
    return r < 0 ? fail(r) : r > 0 ? EXIT_SYSTEM : EXIT_DONE;
}

const struct command show_command = {
    "show", N_("Show events, one a line; with --json one object a line."), run};
