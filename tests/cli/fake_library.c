/* A library for tests of gdpop-admin: a few operations with every kind of parameter and result. The
 * file named by --conf (else /run/gdpop-fake-journal) is its journal: each call appends a line to
 * it. Names that begin with "bad" are refused. */
#include "gdpop.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

struct gdpop {
    FILE *journal;
};

struct gdpop_admin {
    struct gdpop *g;
    bool spoiled;
    char ids[64][16];
    int persons;
};

static char sentence[512];
static const char *language = "en";

static int fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int fail(int code, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(sentence, sizeof(sentence), format, ap);
    va_end(ap);
    return code;
}

const char *gdpop_strerror(int r)
{
    return r == GDPOP_ERR_NOMEM ? "no memory" : "failed";
}

const char *gdpop_error(void)
{
    return sentence;
}

const char *gdpop_language(const char *wanted)
{
    const char *before = language;
    if (wanted)
        language = strcmp(wanted, "zh") == 0 ? "zh" : "en";
    return before;
}

const char *gdpop_host_language(const struct gdpop *g)
{
    (void)g;
    return "en";
}

static void (*report_to)(const char *what, uint64_t done, uint64_t total, void *arg);
static void *report_arg;

void gdpop_progress(void (*report)(const char *what, uint64_t done, uint64_t total, void *arg),
                    void *arg)
{
    report_to = report;
    report_arg = arg;
}

int gdpop_admin_locked_out(struct gdpop_admin *a, const struct gdpop_result **result)
{
    (void)a;
    *result = NULL;
    return 0;
}

const char *gdpop_text(const char *english)
{
    if (strcmp(language, "zh") == 0 && strcmp(english, "Commands:") == 0)
        return "命令：";
    return english;
}

size_t gdpop_text_width(const char *text)
{
    wchar_t wide[512];
    size_t n = mbstowcs(wide, text, 512);
    int width = n == (size_t)-1 ? -1 : wcswidth(wide, n);
    return width < 0 ? strlen(text) : (size_t)width;
}

int gdpop_open(const char *conf_path, struct gdpop **gp)
{
    *gp = calloc(1, sizeof(**gp));
    if (*gp)
        (*gp)->journal = fopen(conf_path ? conf_path : "/run/gdpop-fake-journal", "a+e");
    if (!*gp || !(*gp)->journal)
        exit(99);
    setvbuf((*gp)->journal, NULL, _IOLBF, 0);
    return 0;
}

void gdpop_close(struct gdpop *g)
{
    fclose(g->journal);
    free(g);
}

/* ---- Operations ---- */

#define P(n, k, pos, req, rep, mv, h, ch)                                                          \
    {                                                                                              \
        n, k, pos, req, rep, mv, h, ch                                                             \
    }
#define END                                                                                        \
    {                                                                                              \
        .name = NULL                                                                               \
    }

static const struct gdpop_param none[] = {END};
static const struct gdpop_param user_only[] = {
    P("user", GDPOP_PARAM_WORD, true, true, false, "USER", "name of the account", NULL), END};
static const struct gdpop_param apply_params[] = {
    P("user", GDPOP_PARAM_WORD, true, true, false, "USER", "name of the account", NULL),
    P("person", GDPOP_PARAM_WORD, false, true, false, "PERSON", "whose account it is", NULL),
    P("system", GDPOP_PARAM_WORD, false, true, true, "SYSTEM", "a system", NULL),
    P("role", GDPOP_PARAM_WORD, false, true, false, "ROLE", "what it may do", NULL),
    P("duty", GDPOP_PARAM_WORD, false, false, false, "DUTY", "duty", "system security audit"),
    P("until", GDPOP_PARAM_DATE, false, false, false, "DATE", "last day", NULL),
    P("purpose", GDPOP_PARAM_TEXT, false, false, false, "TEXT", "what for", NULL),
    P("level", GDPOP_PARAM_NUMBER, false, false, false, "N", "a number", NULL),
    END};
static const struct gdpop_param initial_params[] = {
    P("user", GDPOP_PARAM_WORD, true, true, false, "USER", "the account", NULL),
    P("to", GDPOP_PARAM_OUT, false, true, false, "FILE", "a new file", NULL), END};
static const struct gdpop_param sheet_params[] = {
    P("org", GDPOP_PARAM_WORD, true, true, false, "ORG", "the unit", NULL),
    P("out", GDPOP_PARAM_SHEET, false, true, false, "FILE", "a new file", NULL),
    P("format", GDPOP_PARAM_WORD, false, false, false, "FORMAT", "form", "xlsx csv"), END};
static const struct gdpop_param file_params[] = {
    P("file", GDPOP_PARAM_FILE, true, true, false, "FILE", "the scan", NULL),
    P("person", GDPOP_PARAM_WORD, false, true, false, "PERSON", "who signed", NULL),
    P("kind", GDPOP_PARAM_WORD, false, true, false, "KIND", "which form", "A1 A5"),
    P("date", GDPOP_PARAM_DATE, false, true, false, "DATE", "day", NULL), END};
static const struct gdpop_param test_params[] = {
    P("user", GDPOP_PARAM_WORD, true, true, false, "USER", "the account", NULL),
    P("password", GDPOP_PARAM_SECRET, false, true, false, NULL, "Password to try", NULL),
    P("loud", GDPOP_PARAM_FLAG, false, false, false, NULL, "say more", NULL), END};
static const struct gdpop_param person_params[] = {
    P("name", GDPOP_PARAM_TEXT, false, true, false, "NAME", "real name", NULL),
    P("id-number", GDPOP_PARAM_TEXT, false, true, false, "NUMBER", "document", NULL),
    P("or-existing", GDPOP_PARAM_FLAG, false, false, false, NULL, "known ones too", NULL), END};
static const struct gdpop_param org_params[] = {
    P("id", GDPOP_PARAM_WORD, true, true, false, "ID", "its id", NULL),
    P("supervised-by", GDPOP_PARAM_WORD, false, false, false, "ID", "who supervises it", NULL),
    END};
static const struct gdpop_param leader_params[] = {
    P("org", GDPOP_PARAM_WORD, true, true, false, "ORG", "organisation", NULL), END};
static const struct gdpop_param workplace_params[] = {
    P("org", GDPOP_PARAM_WORD, true, true, false, "ORG", "organisation", NULL),
    P("network", GDPOP_PARAM_WORD, true, true, false, "NETWORK", "network", NULL), END};
static const struct gdpop_param device_params[] = {
    P("kind", GDPOP_PARAM_WORD, false, true, false, "KIND", "kind", NULL), END};
static const struct gdpop_param bind_params[] = {
    P("id", GDPOP_PARAM_WORD, true, true, false, "DEVICE", "device", NULL),
    P("user", GDPOP_PARAM_WORD, true, true, false, "USER", "account", NULL), END};
static const struct gdpop_param load_params[] = {
    P("file", GDPOP_PARAM_FILE, true, true, false, "FILE", "profile", NULL), END};

static const struct gdpop_param format_params[] = {
    P("format", GDPOP_PARAM_WORD, false, false, false, "FORMAT", "form", "text json html"), END};

static const struct gdpop_param reveal_params[] = {
    P("id", GDPOP_PARAM_WORD, true, true, false, "PERSON", "the person", NULL), END};
static const struct gdpop_param unmasked_params[] = {
    P("unmasked", GDPOP_PARAM_FLAG, false, false, false, NULL, "numbers in full", NULL), END};

static const struct gdpop_operation operations[] = {
    {"account", "apply", "Files an application.", "li --person P1 --system population --role entry",
     GDPOP_DUTY_SYSTEM, true, apply_params},
    {"account", "approve", "Approves.", "li", GDPOP_DUTY_SYSTEM, true, user_only},
    {"account", "initial-password", "Makes an initial password.", "li --to li.password",
     GDPOP_DUTY_SYSTEM, true, initial_params},
    {"account", "list", "Lists accounts.", "", GDPOP_DUTY_ANY, false, none},
    {"account", "sheet", "Writes a list.", "gd --out a.xlsx", GDPOP_DUTY_ANY, true, sheet_params},
    {"account", "show", "Shows an account.", "li", GDPOP_DUTY_ANY, false, user_only},
    {"agreement", "file", "Files an agreement.", "a.pdf --person P1 --kind A5 --date 2026-03-02",
     GDPOP_DUTY_SYSTEM, true, file_params},
    {"compliance", "", "Reports.", "", GDPOP_DUTY_ANY, false, format_params},
    {"device", "add", "Adds a device.", "--kind computer", GDPOP_DUTY_SYSTEM, true, device_params},
    {"device", "bind", "Binds a device.", "D1 li", GDPOP_DUTY_SYSTEM, true, bind_params},
    {"host", "register", "Registers this host.", "", GDPOP_DUTY_SYSTEM, true, none},
    {"org", "add", "Adds an organisation.", "gd", GDPOP_DUTY_SYSTEM, true, org_params},
    {"org", "leader", "Records a leader.", "gd", GDPOP_DUTY_SYSTEM, true, leader_params},
    {"org", "tree", "Shows the tree.", "", GDPOP_DUTY_ANY, false, none},
    {"password", "test", "Judges a password.", "li", GDPOP_DUTY_ANY, false, test_params},
    {"person", "add", "Registers a person.", "", GDPOP_DUTY_SYSTEM, true, person_params},
    {"person", "print", "Prints persons.", "", GDPOP_DUTY_ANY, true, unmasked_params, "unmasked"},
    {"person", "reveal", "Shows a person's numbers.", "P1", GDPOP_DUTY_ANY, true, reveal_params,
     ""},
    {"profile", "load", "Loads a profile.", "x.conf", GDPOP_DUTY_SECURITY, true, load_params},
    {"request", "show", "Shows a request.", "", GDPOP_DUTY_ANY, false, none},
    {"role", "load", "Loads the catalogue.", "x.conf", GDPOP_DUTY_SECURITY, true, load_params},
    {"status", "", "Tells the state.", "", GDPOP_DUTY_ANY | GDPOP_DUTY_HOST, false, none},
    {"audit", "verify", "Takes long.", "", GDPOP_DUTY_ANY, false, none},
    {"tick", "run", "Does what time asks.", "", GDPOP_DUTY_ANY | GDPOP_DUTY_HOST, true, none},
    {"workplace", "add", "Adds a network.", "gd 10.0.0.0/8", GDPOP_DUTY_SYSTEM, true,
     workplace_params},
};
#define COUNT (sizeof(operations) / sizeof(operations[0]))

size_t gdpop_operations(const struct gdpop_operation *const **list)
{
    static const struct gdpop_operation *pointers[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        pointers[i] = &operations[i];
    *list = pointers;
    return COUNT;
}

/* ---- Acts ---- */

void gdpop_admin_caller(struct gdpop *g, uint32_t uid)
{
    (void)g;
    (void)uid;
}

int gdpop_admin_whoami(struct gdpop *g, const char **actor)
{
    /* The journal of a test run by an administrator's own session says so in its first line. */
    char line[32] = "";
    rewind(g->journal);
    if (fscanf(g->journal, "session %31s", line) != 1)
        return fail(GDPOP_ERR_NOT_AUTHORISED, "no session");
    static char name[32];
    snprintf(name, sizeof(name), "%s", line);
    *actor = name;
    fseek(g->journal, 0, SEEK_END);
    return 0;
}

int gdpop_admin_begin(struct gdpop *g, const char *actor, unsigned flags, struct gdpop_admin **ap)
{
    *ap = calloc(1, sizeof(**ap));
    if (!*ap)
        return GDPOP_ERR_NOMEM;
    (*ap)->g = g;
    fprintf(g->journal, "begin %s%s%s%s%s\n", actor ? actor : "-",
            flags & GDPOP_ADMIN_READ ? " read" : "", flags & GDPOP_ADMIN_INIT ? " init" : "",
            flags & GDPOP_ADMIN_RECOVER ? " recover" : "", flags & GDPOP_ADMIN_HOST ? " host" : "");
    return 0;
}

static const char *value_of(const struct gdpop_arg *args, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(args[i].name, name) == 0)
            return args[i].value;
    return NULL;
}

static int judge(const struct gdpop_arg *args, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *v = args[i].value;
        if (strncmp(v, "bad", 3) == 0)
            return fail(GDPOP_ERR_REFUSED, "GD-8: \"%s\" is refused", v);
        if (strcmp(args[i].name, "id-number") == 0 && strlen(v) != 18)
            return fail(GDPOP_ERR_FORMAT, "--id-number: 18 digits are wanted");
    }
    if (value_of(args, count, "user") && strcmp(value_of(args, count, "user"), "nobody") == 0)
        return fail(GDPOP_ERR_NOT_FOUND, "there is no account nobody");
    if (value_of(args, count, "user") && strcmp(value_of(args, count, "user"), "stranger") == 0)
        return fail(GDPOP_ERR_NOT_AUTHORISED, "not in your scope");
    if (value_of(args, count, "user") && strcmp(value_of(args, count, "user"), "broken") == 0)
        return fail(GDPOP_ERR_STORE, "the store is damaged");
    return 0;
}

#define TEXT(n, t, v)                                                                              \
    {                                                                                              \
        n, t, GDPOP_FIELD_TEXT, v                                                                  \
    }
static const struct gdpop_field li[] = {
    TEXT("user", "账号", "li"),
    {"uid", "Uid", GDPOP_FIELD_NUMBER, "20001"},
    {"locked", "Locked", GDPOP_FIELD_BOOL, "false"},
    {"last_login_at", "Last login", GDPOP_FIELD_INSTANT, "2026-09-15T08:30:00.000000+08:00"},
    TEXT("reason", "Reason", "a\tb\x1b[31mred"),
    {"state", "State", GDPOP_FIELD_TEXT, "active", "已启用"},
    {"expires_at", "Expires", GDPOP_FIELD_INSTANT, ""},
};
static const struct gdpop_field wang[] = {
    TEXT("user", "账号", "王小明"),
    {"uid", "Uid", GDPOP_FIELD_NUMBER, "20002"},
    {"locked", "Locked", GDPOP_FIELD_BOOL, "true"},
    {"last_login_at", "Last login", GDPOP_FIELD_INSTANT, ""},
    TEXT("reason", "Reason", ""),
    {"state", "State", GDPOP_FIELD_TEXT, "closed", ""},
    {"expires_at", "Expires", GDPOP_FIELD_INSTANT, ""},
};
static const struct gdpop_row accounts[] = {{7, li, 0}, {7, wang, 0}};
static const struct gdpop_field gd[] = {TEXT("id", "Organisation", "gd"),
                                        TEXT("name", "Name", "省")};
static const struct gdpop_field sz[] = {TEXT("id", "Organisation", "sz"),
                                        TEXT("name", "Name", "市")};
static const struct gdpop_field ft[] = {TEXT("id", "Organisation", "ft"),
                                        TEXT("name", "Name", "县")};
static const struct gdpop_row tree[] = {{2, gd, 0}, {2, sz, 1}, {2, ft, 2}};
static const struct gdpop_field row_fields[] = {TEXT("row", "Row", "1"),
                                                TEXT("account", "Account", "li")};
static const struct gdpop_field decision[] = {TEXT("step", "Step", "approval"),
                                              TEXT("person", "By", "P000009")};
static const struct gdpop_row request[] = {
    {2, row_fields, 0}, {2, decision, 1}, {2, decision, 1}, {2, row_fields, 0}};
#define UNIT(id, name)                                                                             \
    TEXT("organisation", "Organisation", id), TEXT("organisation_name", "Unit", name),             \
    {                                                                                              \
        "as_of", "As of", GDPOP_FIELD_INSTANT, "2026-09-15T08:30:00.000000+08:00"                  \
    }
static const struct gdpop_field listed[][5] = {
    {UNIT("gdws", "省卫健委"), TEXT("user", "账号", "li"), TEXT("name", "姓名", "=1+1")},
    {UNIT("gdws", "省卫健委"), TEXT("user", "账号", "wang"), TEXT("name", "姓名", "\"王\", 小明")},
    {UNIT("thws", "区卫健局"), TEXT("user", "账号", "zhao"), TEXT("name", "姓名", "＠cmd")},
};
static const struct gdpop_row sheet[] = {{5, listed[0], 0}, {5, listed[1], 0}, {5, listed[2], 0}};
static const struct gdpop_field secret_fields[] = {
    TEXT("user", "Account", "li"), {"secret", "Password", GDPOP_FIELD_SECRET, "Qx7!initial"}};
static const struct gdpop_row secret_row[] = {{2, secret_fields, 0}};

static const struct gdpop_field page[] = {TEXT("document", "Page", "<!DOCTYPE html>\n<p>a\n")};
static const struct gdpop_row page_row[] = {{1, page, 0}};

static struct gdpop_result answer(struct gdpop_admin *a, const char *noun, const char *verb)
{
    static struct gdpop_field id = TEXT("id", "Id", "");
    static struct gdpop_row id_row = {1, &id, 0};
    if (strcmp(verb, "list") == 0)
        return (struct gdpop_result){true, true, 2, accounts, ""};
    if (strcmp(noun, "account") == 0 && strcmp(verb, "show") == 0)
        return (struct gdpop_result){false, true, 1, accounts, ""};
    if (strcmp(noun, "request") == 0 && strcmp(verb, "show") == 0)
        return (struct gdpop_result){true, true, 4, request, ""};
    if (strcmp(verb, "sheet") == 0)
        return (struct gdpop_result){true, true, 3, sheet, "3 listed"};
    if (strcmp(verb, "tree") == 0)
        return (struct gdpop_result){true, true, 3, tree, ""};
    if (strcmp(verb, "initial-password") == 0 || strcmp(verb, "seal-key") == 0 ||
        strcmp(verb, "certificate") == 0)
        return (struct gdpop_result){false, true, 1, secret_row, "made"};
    if (strcmp(verb, "test") == 0)
        return (struct gdpop_result){false, false, 0, NULL, "too weak"};
    if (strcmp(verb, "add") == 0) {
        char *text = a->ids[a->persons % 64];
        a->persons += noun[0] == 'p';
        snprintf(text, 16, "%c%d", noun[0] == 'p' ? 'P' : 'D', a->persons);
        id.text = text;
        return (struct gdpop_result){false, true, 1, &id_row, ""};
    }
    return (struct gdpop_result){false, true, 0, NULL, "done"};
}

/* As long as somebody who waits would look for a sign of life. */
static void take_long(void)
{
    const struct timespec step = {0, 2000000};
    for (uint64_t i = 0; i < 400 && report_to; i++) {
        report_to(strcmp(language, "zh") == 0 ? "正在核验" : "Verifying", i, 400, report_arg);
        nanosleep(&step, NULL);
    }
    if (report_to)
        report_to("Verifying", 400, 400, report_arg);
}

int gdpop_admin_call(struct gdpop_admin *a, const char *noun, const char *verb,
                     const struct gdpop_arg *args, size_t count, const struct gdpop_result **result)
{
    static struct gdpop_result last;
    if (a->spoiled)
        return fail(GDPOP_ERR_ARGUMENT, "this act has ended");
    fprintf(a->g->journal, "%s %s", noun, verb);
    for (size_t i = 0; i < count; i++)
        fprintf(a->g->journal, " %s=%.*s", args[i].name, (int)args[i].len, args[i].value);
    fputc('\n', a->g->journal);
    int r = judge(args, count);
    a->spoiled = r != 0;
    if (r)
        return r;
    last = answer(a, noun, verb);
    if (strcmp(verb, "verify") == 0)
        take_long();
    if (strcmp(noun, "compliance") == 0) {
        const char *format = value_of(args, count, "format");
        last = format && strcmp(format, "html") == 0
                   ? (struct gdpop_result){false, false, 1, page_row, ""}
                   : (struct gdpop_result){true, true, 2, accounts, ""};
    }
    *result = &last;
    return 0;
}

/* A reveal needs two witnesses; every witness's password is "right". */
int gdpop_admin_witnesses_needed(struct gdpop_admin *a, const char *noun, const char *verb,
                                 const struct gdpop_arg *args, size_t count, unsigned *needed)
{
    fprintf(a->g->journal, "needed %s %s\n", noun, verb);
    int r = judge(args, count);
    *needed = r == 0 && (strcmp(verb, "reveal") == 0 || value_of(args, count, "unmasked")) ? 2 : 0;
    return r;
}

int gdpop_restore(struct gdpop *g, const struct gdpop_restore *what)
{
    (void)g;
    (void)what;
    return GDPOP_ERR_EXISTS;
}

int gdpop_admin_witness(struct gdpop *g, const char *account, const char *tty, const char *password,
                        size_t password_len)
{
    if (password_len != 5 || memcmp(password, "right", 5) != 0)
        return fail(GDPOP_ERR_NOT_AUTHORISED, "%s was not authenticated", account);
    fprintf(g->journal, "witness %s%s\n", account, tty ? " tty" : "");
    return 0;
}

int gdpop_admin_expect(struct gdpop_admin *a, size_t calls)
{
    (void)a, (void)calls;
    return 0;
}

int gdpop_table_id(const struct gdpop_arg *parts, size_t count, char id[GDPOP_TABLE_ID_BYTES])
{
    (void)parts, (void)count;
    snprintf(id, GDPOP_TABLE_ID_BYTES, "id");
    return 0;
}

int gdpop_admin_entered(struct gdpop_admin *a, const char *id, uint64_t *rows)
{
    (void)a, (void)id;
    *rows = 0;
    return 0;
}

int gdpop_admin_entering(struct gdpop_admin *a, const struct gdpop_piece *p)
{
    fprintf(a->g->journal, "entering %s %llu-%llu of %llu\n", p->what, (unsigned long long)p->from,
            (unsigned long long)p->to, (unsigned long long)p->count);
    return 0;
}

int gdpop_admin_commit(struct gdpop_admin *a)
{
    if (a->spoiled)
        return fail(GDPOP_ERR_ARGUMENT, "this act cannot be committed");
    fputs("commit\n", a->g->journal);
    return 0;
}

void gdpop_admin_end(struct gdpop_admin *a)
{
    if (a)
        fputs("end\n", a->g->journal);
    free(a);
}

/* ---- Exports ---- */

int gdpop_admin_sign_copy(struct gdpop_admin *a, const char *form, int fd, int manifest_fd)
{
    fprintf(a->g->journal, "sign %s\n", form);
    (void)fd;
    (void)manifest_fd;
    return 0;
}

int gdpop_audit_open(struct gdpop_audit **ap)
{
    *ap = NULL;
    return 0;
}

void gdpop_audit_close(struct gdpop_audit *a)
{
    (void)a;
}

int gdpop_audit_add(struct gdpop_audit *a, const char *path)
{
    (void)a;
    (void)path;
    return 0;
}

int gdpop_audit_each(struct gdpop_audit *a,
                     int (*each)(const struct gdpop_audit_event *e, void *arg), void *arg)
{
    (void)a;
    (void)each;
    (void)arg;
    return 0;
}

int gdpop_audit_verify(struct gdpop_audit *a,
                       void (*found)(const struct gdpop_audit_finding *f, void *arg), void *arg,
                       struct gdpop_audit_report *report)
{
    (void)a;
    (void)found;
    (void)arg;
    *report = (struct gdpop_audit_report){.ok = true};
    return 0;
}
