#include "policy/policy.h"

#include "base/err.h"
#include <stdio.h>

/* Failures that are events of their own from one source within the flood window; the next is a
 * summary and the rest are silent, so that nobody can fill the trail from outside. */
enum { FLOOD_EVENTS = 10 };
static const int64_t flood_window = 600 * CLOCK_SECOND;

/* Whoever has one IPv6 address has the other 2^64 of its network too. */
static void name_address(const char *text, char out[static SOURCE_BYTES])
{
    struct network n;
    char printed[50];
    snprintf(out, SOURCE_BYTES, "-");
    if (!text || address_parse(text, &n.base) != 0)
        return;
    address_format(&n.base, printed);
    if (strchr(printed, ':')) {
        n.length = 64;
        memset(n.base.byte + 8, 0, 8);
        network_format(&n, printed);
    }
    snprintf(out, SOURCE_BYTES, "%s", printed);
}

void source_name(const struct gdpop_evidence *ev, enum service_class service_class,
                 char out[static SOURCE_BYTES])
{
    if (service_class == CLASS_ELEVATE)
        snprintf(out, SOURCE_BYTES, "uid %u", (unsigned)ev->caller_uid);
    else if (service_class == CLASS_REVERIFY && ev->login_uid != UINT32_MAX)
        snprintf(out, SOURCE_BYTES, "uid %u", (unsigned)ev->login_uid);
    else if (service_class == CLASS_CONSOLE)
        snprintf(out, SOURCE_BYTES, "%.32s", ev->tty && ev->tty[0] ? ev->tty : "-");
    else
        name_address(ev->address, out);
}

void source_judge(const struct gdpop_evidence *ev, const struct subject *s, struct source *source)
{
    static const char *const about_source[] = {"service", "systems", "workplace", "device",
                                               "lending"};
    struct facts f = s->facts;
    f.phase = PHASE_ACCOUNT;
    *source = (struct source){.can_log_in = s->account != NULL};
    source_name(ev, f.service_class, source->name);
    /* Another's password given to a command of one's own session, as a witness does. */
    if (s->account && f.service_class == CLASS_REVERIFY && ev->login_uid != UINT32_MAX)
        source->can_log_in = ev->login_uid == s->account->uid;
    for (size_t i = 0; i < sizeof(about_source) / sizeof(about_source[0]); i++) {
        struct finding found;
        bool asked = rules_ask(&f, about_source[i], &found);
        if (found.level != FINDING_DENY || found.observed)
            continue;
        source->can_log_in = false;
        source->lends |= asked && strcmp(found.rule, "lending") == 0;
    }
}

int source_flood(struct txn *t, const char *name, enum flood *flood)
{
    Model__Counter *source;
    int64_t now_at;
    int r;
    *flood = FLOOD_SILENT;
    if ((r = store_get_source(t, name, &source)) != 0 || (r = trail_time(t, &now_at)) != 0)
        return r;
    if (source->summary_at <= now_at - flood_window) {
        source->summary_at = now_at;
        source->suppressed = 0;
    }
    /* Counted on when nothing is recorded: a failure without a commit would be the quicker one, and
     * tell the name of no account from those whose failures are counted. */
    if (source->suppressed <= FLOOD_EVENTS + 1)
        source->suppressed++;
    if (source->suppressed <= FLOOD_EVENTS)
        *flood = FLOOD_EVENT;
    else if (source->suppressed == FLOOD_EVENTS + 1)
        *flood = FLOOD_SUMMARY;
    return store_put_source(t, name, source);
}
