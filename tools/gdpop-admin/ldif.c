/* LDIF (RFC 2849) of posixAccount entries: folded lines, base64 values, remarks. */
#include "entries.h"

#include <string.h>
#include <strings.h>

/* One attribute: its line without folds. */
struct attribute {
    char *name, *value;
    unsigned line;
    bool broken;
};

struct reader {
    struct entries *all;
    const char *path;
    char *at;
    unsigned line; /* of at */
    struct entry e;
    bool open;       /* e has attributes */
    bool is_account; /* and among them a uidNumber */
    char *scheme;    /* of a password that libcrypt cannot read */
    bool has_password;
};

static const struct {
    const char *name;
    enum entry_value value;
} known[] = {
    {"uid", ENTRY_USER},           {"uidNumber", ENTRY_UID},    {"gidNumber", ENTRY_GID},
    {"homeDirectory", ENTRY_HOME}, {"loginShell", ENTRY_SHELL},
};

/* The line at r->at with its continuations drawn together in place; NULL at the end. */
static char *unfold(struct reader *r)
{
    char *line = r->at, *out = r->at, *in = r->at;
    if (!*in)
        return NULL;
    for (;;) {
        while (*in && *in != '\n')
            *out++ = *in++;
        if (out > line && out[-1] == '\r')
            out--;
        if (*in) {
            in++;
            r->line++;
        }
        if (*in != ' ')
            break;
        in++;
    }
    r->at = in;
    *out = '\0';
    return line;
}

static int digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Decodes in place; false when it is no base64 of text. */
static bool decode(char *text)
{
    char *out = text;
    unsigned bits = 0, held = 0;
    size_t len = strlen(text), end = strcspn(text, "=");
    if (len % 4 || len - end > 2 || strspn(text + end, "=") != len - end)
        return false;
    for (size_t i = 0; i < end; i++) {
        int d = digit(text[i]);
        if (d < 0)
            return false;
        bits = bits << 6 | (unsigned)d;
        held += 6;
        if (held < 8)
            continue;
        held -= 8;
        if ((*out++ = (char)(bits >> held)) == '\0')
            return false;
    }
    *out = '\0';
    return true;
}

/* "name: value", "name:: base64"; broken when it is neither. */
static struct attribute parse(char *line, unsigned number)
{
    struct attribute a = {line, NULL, number, true};
    char *colon = strchr(line, ':');
    if (!colon || colon == line)
        return a;
    bool encoded = colon[1] == ':';
    a.value = colon + 1 + encoded;
    a.value += strspn(a.value, " ");
    *colon = '\0';
    a.broken = colon[1] == '<' || (encoded && !decode(a.value));
    return a;
}

static void put(struct reader *r, enum entry_value v, const struct attribute *a)
{
    r->e.path[v] = r->path;
    r->e.line[v] = a->line;
    if (!r->e.value[v]) /* the first of several names is the one in use */
        r->e.value[v] = *a->value ? a->value : NULL;
}

static void take_password(struct reader *r, struct attribute *a)
{
    static const char crypt[] = "{CRYPT}";
    if (r->has_password)
        return;
    r->e.path[ENTRY_HASH] = r->path;
    r->e.line[ENTRY_HASH] = a->line;
    if (strncasecmp(a->value, crypt, sizeof(crypt) - 1) != 0) {
        r->scheme = a->value;
        return;
    }
    r->has_password = true;
    r->e.value[ENTRY_HASH] = a->value + sizeof(crypt) - 1;
}

static void take(struct reader *r, struct attribute *a)
{
    r->open = true;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcasecmp(a->name, known[i].name) == 0)
            put(r, known[i].value, a);
    r->is_account |= strcasecmp(a->name, "uidNumber") == 0;
    if (strcasecmp(a->name, "userPassword") == 0)
        take_password(r, a);
    if (strcasecmp(a->name, "shadowLastChange") == 0) {
        r->e.must_change = strcmp(a->value, "0") == 0;
        if (!r->e.must_change && entry_date(a->value, false, r->e.set))
            r->e.path[ENTRY_SET] = r->path, r->e.line[ENTRY_SET] = a->line;
    }
    if (strcasecmp(a->name, "shadowExpire") == 0 && entry_date(a->value, true, r->e.until))
        r->e.path[ENTRY_UNTIL] = r->path, r->e.line[ENTRY_UNTIL] = a->line;
    if (strcasecmp(a->name, "changetype") == 0)
        problems_add(&r->all->problems, GDPOP_ERR_FORMAT, say_format("%s:%u", r->path, a->line),
                     a->line, 0, _("a change of entries: export the entries themselves"));
}

/* What is said of a password ends before it. */
static void finish_password(struct reader *r, struct entry *e)
{
    char *hash = (char *)(size_t)e->value[ENTRY_HASH];
    e->value[ENTRY_HASH] = NULL;
    if (r->has_password)
        entry_hash(r->all, e, hash);
    else if (r->scheme && *r->scheme == '{' && strchr(r->scheme, '}'))
        entry_problem(r->all, e, ENTRY_HASH, GDPOP_ERR_REFUSED,
                      _("a password of the scheme %.*s, which libcrypt cannot read; remove it to "
                        "take the account over without a password"),
                      (int)(strchr(r->scheme, '}') - r->scheme + 1), r->scheme);
    else if (r->scheme)
        entry_problem(r->all, e, ENTRY_HASH, GDPOP_ERR_REFUSED,
                      _("a password in plain text; remove it to take the account over without a "
                        "password"));
}

/* The end of an entry: a blank line. */
static int finish(struct reader *r)
{
    struct entry *e = r->is_account ? entries_add(r->all) : NULL;
    if (r->is_account && !e)
        return GDPOP_ERR_NOMEM;
    if (e) {
        *e = r->e;
        if (!e->path[ENTRY_USER]) {
            e->path[ENTRY_USER] = r->path;
            e->line[ENTRY_USER] = e->line[ENTRY_UID];
        }
        if (!e->value[ENTRY_USER] || !e->value[ENTRY_UID]) {
            entry_problem(r->all, e, ENTRY_USER, GDPOP_ERR_FORMAT,
                          _("an account without uid or uidNumber"));
            r->all->count--;
        } else {
            finish_password(r, e);
        }
    }
    r->e = (struct entry){0};
    r->open = r->is_account = r->has_password = false;
    r->scheme = NULL;
    return 0;
}

int ldif_read(struct entries *all, const char *path, char *bytes)
{
    struct reader r = {.all = all, .path = path, .at = bytes, .line = 1};
    for (;;) {
        unsigned number = r.line;
        char *line = unfold(&r);
        int status = 0;
        if (!line || !*line)
            status = finish(&r);
        if (!line || status != 0)
            return status;
        if (!*line || *line == '#')
            continue;
        struct attribute a = parse(line, number);
        if (a.broken)
            problems_add(&all->problems, GDPOP_ERR_FORMAT, say_format("%s:%u", path, number),
                         number, 0, _("neither \"name: value\" nor base64 behind \"::\""));
        else
            take(&r, &a);
    }
}
