#include "audit.h"

#include "report/tally.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { OFFSET_SEC = 8 * 3600 };

static bool is(const char *wanted, const char *value)
{
    return !wanted || strcmp(wanted, value) == 0;
}

/* "login" also means login.auth, login.account, … */
static bool is_action(const char *wanted, const char *action)
{
    size_t len = wanted ? strlen(wanted) : 0;
    return !wanted ||
           (strncmp(action, wanted, len) == 0 && (action[len] == '\0' || action[len] == '.'));
}

/* ---- Addresses and networks ---- */

struct network {
    int family;
    int bits;
    unsigned char address[16];
};

static bool read_network(const char *text, struct network *n)
{
    char address[INET6_ADDRSTRLEN], *end;
    const char *slash = strchr(text, '/');
    size_t len = slash ? (size_t)(slash - text) : strlen(text);
    if (len >= sizeof(address))
        return false;
    memcpy(address, text, len);
    address[len] = '\0';
    n->family = strchr(address, ':') ? AF_INET6 : AF_INET;
    int max = n->family == AF_INET6 ? 128 : 32;
    long bits = slash ? strtol(slash + 1, &end, 10) : max;
    if (slash && (end == slash + 1 || *end || bits < 0 || bits > max))
        return false;
    n->bits = (int)bits;
    return inet_pton(n->family, address, n->address) == 1;
}

bool filter_address_is_good(const char *address)
{
    struct network n;
    return read_network(address, &n);
}

static bool is_address(const char *wanted, const char *address)
{
    struct network net, one;
    if (!wanted || strcmp(wanted, address) == 0)
        return true;
    if (!read_network(wanted, &net) || !read_network(address, &one) || net.family != one.family)
        return false;
    int whole = net.bits / 8, rest = net.bits % 8;
    int mask = rest ? 0xff00 >> rest & 0xff : 0;
    return memcmp(net.address, one.address, (size_t)whole) == 0 &&
           (rest == 0 || ((net.address[whole] ^ one.address[whole]) & mask) == 0);
}

/* ---- Persons ---- */

/* Acts that read without changing: noun.show, noun.list, audit.export, … */
static bool looks(const char *action)
{
    static const char *const verbs[] = {".show", ".list", ".export", ".report", ".print"};
    const char *verb = strrchr(action, '.');
    for (size_t i = 0; verb && i < sizeof(verbs) / sizeof(*verbs); i++)
        if (strcmp(verb, verbs[i]) == 0)
            return true;
    return false;
}

/* The person itself or an account of it; account.apply names both. */
static bool concerns(const struct filter *f, const struct gdpop_audit_event *e)
{
    bool direct = strcmp(f->person, e->subject) == 0 || strcmp(f->person, e->object) == 0;
    if (direct && strcmp(e->action, "account.apply") == 0 && *e->subject)
        (void)tally_at(f->accounts, e->subject);
    return direct || (*e->subject && tally_find(f->accounts, e->subject)) ||
           (*e->object && tally_find(f->accounts, e->object));
}

bool filter_takes(const struct filter *f, const struct gdpop_audit_event *e)
{
    if (f->person && !concerns(f, e))
        return false;
    if ((f->from_at && e->at < f->from_at) || (f->until_at && e->at >= f->until_at))
        return false;
    if (f->account && strcmp(f->account, e->actor) != 0 && strcmp(f->account, e->subject) != 0)
        return false;
    return (!f->looks || looks(e->action)) && is(f->actor, e->actor) &&
           is_action(f->action, e->action) && is_address(f->address, e->address) &&
           is(f->rule, e->rule) && is(f->tag, e->tag) && is(f->outcome, e->outcome) &&
           is(f->session, e->session);
}

bool parse_instant(const char *text, bool end_of_day, int64_t *at)
{
    static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M",
                                        "%Y-%m-%d %H:%M", "%Y-%m-%d"};
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
        struct tm tm = {0};
        const char *end = strptime(text, forms[i], &tm);
        if (!end || *end)
            continue;
        bool day = i == sizeof(forms) / sizeof(*forms) - 1;
        *at = ((int64_t)timegm(&tm) - OFFSET_SEC + (day && end_of_day ? 86400 : 0)) * 1000000;
        return true;
    }
    return false;
}

void format_instant(int64_t at, char out[static 32])
{
    struct tm tm;
    time_t sec = (time_t)(at / 1000000) + OFFSET_SEC;
    gmtime_r(&sec, &tm);
    strftime(out, 32, "%Y-%m-%d %H:%M:%S", &tm);
}

int fail(int r)
{
    const char *sentence = gdpop_error();
    fprintf(stderr, "gdpop-audit: ");
    put_clean(stderr, *sentence ? sentence : gdpop_strerror(r));
    fputc('\n', stderr);
    return r == GDPOP_ERR_SEAL || r == GDPOP_ERR_TRAIL ? EXIT_NOT_SOUND : EXIT_SYSTEM;
}

void put_json(FILE *out, const char *text)
{
    fputc('"', out);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p < 0x20 || *p == 0x7f)
            fprintf(out, "\\u%04x", *p);
        else
            fprintf(out, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
    }
    fputc('"', out);
}

void put_clean(FILE *out, const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        fprintf(out, *p < 0x20 || *p == 0x7f ? "\\x%02x" : "%c", *p);
}
