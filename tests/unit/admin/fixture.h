/* A scratch store made by INIT: organisations province > city > county > town and one city beside
 * them, an administrator of each duty in the city, operators in the county, all active. A test acts
 * by RUN(f, actor, "noun", "verb", "name", "value", …), which begins, calls and commits; the result
 * is f->result until the next act. */
#ifndef GDPOP_TESTS_ADMIN_FIXTURE_H
#define GDPOP_TESTS_ADMIN_FIXTURE_H

#include "admin/admin.h"
#include "base/host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "schema.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define T(literal) ((char *)(uintptr_t)(literal))
#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"

/* Of accounts whose processes a test may end: nobody else's on any machine, and none of a test that
 * runs at the same time. Asked for the first time before anything forks. */
static inline unsigned first_uid(void)
{
    static unsigned uid;
    if (uid == 0)
        uid = 1987001 + 100 * ((unsigned)getpid() % 10000);
    return uid;
}
#define FIRST_UID first_uid()

struct fixture {
    char dir[64];
    struct gdpop *g;
    struct gdpop_admin *a;
    const struct gdpop_result *result;
};

#define assert_ok(call)                                                                            \
    do {                                                                                           \
        int r_ = (call);                                                                           \
        if (r_ != 0)                                                                               \
            fail_msg("%s: %d %s", #call, r_, err_sentence());                                      \
    } while (0)

/* The call fails with this code, and its sentence holds these words. */
#define assert_refused(call, code, words)                                                          \
    do {                                                                                           \
        int r_ = (call);                                                                           \
        if (r_ != (code) || !strstr(err_sentence(), words))                                        \
            fail_msg("%s: %d \"%s\" instead of %d \"…%s…\"", #call, r_, err_sentence(),            \
                     (int)(code), words);                                                          \
    } while (0)

/* The confirmation that a person would be asked for, unless the test gives one itself. */
static inline size_t confirmed(const char *noun, const char *verb, struct gdpop_arg *args, size_t n)
{
    const struct gdpop_operation *const *list;
    size_t count = gdpop_operations(&list);
    const struct gdpop_param *wanted = NULL, *same = NULL;
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i]->noun, noun) == 0 && strcmp(list[i]->verb, verb) == 0)
            for (const struct gdpop_param *p = list[i]->params; p->name; p++)
                wanted = p->kind == GDPOP_PARAM_CONFIRM ? p : wanted, same = same ? same : p;
    while (wanted && strcmp(same->metavar, wanted->metavar) != 0)
        same++;
    for (size_t i = 0; wanted && i < n; i++)
        if (strcmp(args[i].name, "confirm") == 0)
            wanted = NULL;
    for (size_t i = 0; wanted && i < n; i++)
        if (strcmp(args[i].name, same->name) == 0) {
            args[n] = (struct gdpop_arg){"confirm", args[i].value, args[i].len};
            return n + 1;
        }
    return n;
}

static inline int call_list(struct gdpop_admin *a, const char *noun, const char *verb, va_list list,
                            const struct gdpop_result **result)
{
    struct gdpop_arg args[17];
    size_t n = 0;
    for (const char *name; (name = va_arg(list, const char *)) != NULL; n++) {
        const char *value = va_arg(list, const char *);
        args[n] = (struct gdpop_arg){name, value, strlen(value)};
    }
    n = confirmed(noun, verb, args, n);
    int r = gdpop_admin_call(a, noun, verb, args, n, result);
    if (r == 0)
        check_schema(noun, verb, *result);
    return r;
}

/* One operation in an act that goes on; ended by NULL. */
static inline int call_op(struct gdpop_admin *a, const char *noun, const char *verb, ...)
{
    const struct gdpop_result *result;
    va_list list;
    va_start(list, verb);
    int r = call_list(a, noun, verb, list, &result);
    va_end(list);
    return r;
}

static inline bool writes(const char *noun, const char *verb)
{
    const struct gdpop_operation *const *list;
    size_t count = gdpop_operations(&list);
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i]->noun, noun) == 0 && strcmp(list[i]->verb, verb) == 0)
            return list[i]->writes;
    fail_msg("there is no operation %s %s", noun, verb);
    return false;
}

static inline int run(struct fixture *f, const char *actor, const char *noun, const char *verb, ...)
{
    va_list list;
    gdpop_admin_end(f->a);
    f->a = NULL;
    f->result = NULL;
    unsigned flags = writes(noun, verb) ? 0 : GDPOP_ADMIN_READ;
    int r = gdpop_admin_begin(f->g, actor, flags, &f->a);
    if (r != 0)
        return r;
    va_start(list, verb);
    r = call_list(f->a, noun, verb, list, &f->result);
    va_end(list);
    return r != 0 ? r : gdpop_admin_commit(f->a);
}
#define RUN(...) run(__VA_ARGS__, (const char *)NULL)

/* Text of a field of the last result; "" when there is none. */
static inline const char *field(const struct fixture *f, size_t row, const char *name)
{
    for (size_t i = 0; row < f->result->count && i < f->result->rows[row].count; i++)
        if (strcmp(f->result->rows[row].fields[i].name, name) == 0)
            return f->result->rows[row].fields[i].text;
    return "";
}

/* The same as people read it. */
static inline const char *shown(const struct fixture *f, size_t row, const char *name)
{
    for (size_t i = 0; row < f->result->count && i < f->result->rows[row].count; i++) {
        const struct gdpop_field *found = &f->result->rows[row].fields[i];
        if (strcmp(found->name, name) == 0)
            return found->shown ? found->shown : found->text;
    }
    return "";
}

/* An organisation and its responsible leader, whose person number is given. */
static inline int put_leader(struct txn *t, const char *organisation, const char *person,
                             const char *kind, const char *department)
{
    Model__Organisation *o;
    Model__Leader *l = arena_alloc(txn_arena(t), sizeof(*l));
    assert_non_null(l);
    model__leader__init(l);
    l->person = T(person);
    l->kind = T(kind);
    l->department = T(department);
    l->from_at = 1;
    int r = store_get_organisation(t, organisation, &o);
    if (r == 0)
        r = codec_add_message(txn_arena(t), &o->leaders, &o->n_leaders, l);
    return r != 0 ? r : store_put_organisation(t, o);
}

/* P000009 leads the organisation too. */
static inline int lead_too(struct txn *t, void *organisation)
{
    return put_leader(t, organisation, "P000009", "responsible", "");
}

/* The second administrator of a paper (approval_papers_two). */
static inline void confirm_paper(struct fixture *f, const char *second, const char *user)
{
    char id[16];
    assert_ok(RUN(f, "topaud", "account", "show", "user", user));
    snprintf(id, sizeof(id), "%s", field(f, 0, "request"));
    assert_ok(RUN(f, second, "request", "confirm", "id", id));
}

/* The same of the request that the last result names. */
static inline void confirm_request(struct fixture *f, const char *second)
{
    char id[16];
    snprintf(id, sizeof(id), "%s", field(f, 0, "request"));
    assert_ok(RUN(f, second, "request", "confirm", "id", id));
}

/* A second administrator at the top. */
static inline int add_topsys(struct txn *t, void *arg)
{
    Model__Account *x;
    int r = store_get_account(t, "topaud", &x);
    (void)arg;
    x->name = T("topsys");
    x->person = T("");
    x->uid = 0;
    x->duties = GDPOP_DUTY_SYSTEM;
    return r != 0 ? r : store_put_account(t, x);
}

/* What a leader of the city, P000009, approves on paper. */
#define APPROVED "leader", "P000009", "paper", "批件"

/* Row in which the field has this text, -1 when none has. */
static inline int find_row(const struct fixture *f, const char *name, const char *text)
{
    for (size_t i = 0; i < f->result->count; i++)
        if (strcmp(field(f, i, name), text) == 0)
            return (int)i;
    return -1;
}

/* Row in which the field holds this text somewhere, -1 when none does. */
static inline int find_part(const struct fixture *f, const char *name, const char *text)
{
    for (size_t i = 0; i < f->result->count; i++)
        if (strstr(field(f, i, name), text))
            return (int)i;
    return -1;
}

/* Changes the store behind the operations' back, without an event. */
static inline void with_store(struct fixture *f, int (*change)(struct txn *t, void *arg), void *arg)
{
    struct call call;
    gdpop_admin_end(f->a);
    f->a = NULL;
    assert_ok(call_open(&call, f->g));
    assert_ok(store_update(call.store, call.arena, change, arg));
    call_close(&call);
}

static inline void load_profile(struct gdpop_admin *a, const char *name)
{
    const struct gdpop_result *result;
    char path[256], text[16384];
    snprintf(path, sizeof(path), "%s/conf/profiles/%s.conf", SOURCE_DIR, name);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    struct gdpop_arg arg = {"file", text, fread(text, 1, sizeof(text) - 1, file)};
    fclose(file);
    text[arg.len] = '\0';
    assert_ok(gdpop_admin_call(a, "profile", "load", &arg, 1, &result));
}

static inline void add_org(struct gdpop_admin *a, const char *id, const char *level,
                           const char *division, const char *above)
{
    if (above)
        assert_ok(call_op(a, "org", "add", "id", id, "name", id, "level", level, "division",
                          division, "supervised-by", above, (char *)NULL));
    else
        assert_ok(call_op(a, "org", "add", "id", id, "name", id, "level", level, "division",
                          division, (char *)NULL));
}

/* A person Pnumber with an active account in the system population. */
static inline void add_account(struct gdpop_admin *a, unsigned number, const char *name,
                               const char *organisation, unsigned duties)
{
    Model__Person p = MODEL__PERSON__INIT;
    Model__Document d = MODEL__DOCUMENT__INIT;
    Model__Account x = MODEL__ACCOUNT__INIT;
    Model__Agreement g = MODEL__AGREEMENT__INIT;
    Model__Paper paper = MODEL__PAPER__INIT;
    Model__Application application = MODEL__APPLICATION__INIT, *applications[] = {&application};
    Model__Approval approval = MODEL__APPROVAL__INIT;
    char person[16], document[32], agreement[16], *systems[] = {T("population")};
    snprintf(person, sizeof(person), "P%06u", number);
    snprintf(document, sizeof(document), "44010619900101%04u", number);
    snprintf(agreement, sizeof(agreement), "A%06u", number);
    p.id = x.person = g.person = person;
    p.name = T(name);
    p.document = &d;
    d.type = T("resident");
    d.number = document;
    p.organisation = x.organisation = T(organisation);
    p.post = T("科员");
    p.phone = T("13800138000");
    p.language = T("zh");
    g.id = agreement;
    g.kind = T("A5");
    g.paper = &paper;
    paper.signed_at = approval.approved_at = a->now_at - CLOCK_DAY;
    approval.leader = T("P000009");
    application.approval = &approval;
    x.name = T(name);
    x.state = T("active");
    x.systems = systems;
    x.n_systems = 1;
    x.duties = duties;
    x.uid = x.gid = FIRST_UID + number;
    x.home = T("/nonexistent");
    x.shell = T("/bin/sh");
    x.activated_at = a->now_at - CLOCK_DAY;
    x.applications = applications;
    x.n_applications = 1;
    assert_ok(store_put_person(a->call.txn, &p));
    assert_ok(store_put_agreement(a->call.txn, &g));
    assert_ok(store_put_account(a->call.txn, &x));
}

/* P000001 on, in this order. */
static inline void add_people(struct gdpop_admin *a)
{
    add_account(a, 1, "topsec", "province", GDPOP_DUTY_SECURITY);
    add_account(a, 2, "sysadm", "city", GDPOP_DUTY_SYSTEM);
    add_account(a, 3, "secadm", "city", GDPOP_DUTY_SECURITY);
    add_account(a, 4, "audadm", "city", GDPOP_DUTY_AUDIT);
    add_account(a, 5, "zhangsan", "county", 0);
    add_account(a, 6, "lisi", "county", 0);
    add_account(a, 7, "wangwu", "elsewhere", 0);
    add_account(a, 8, "topaud", "province", GDPOP_DUTY_AUDIT);
    add_account(a, 9, "leader", "city", 0);
}

static inline void register_host(struct gdpop_admin *a)
{
    Model__Host h = MODEL__HOST__INIT;
    char *systems[] = {T("population")};
    h.id = a->host_id;
    h.name = T("app1");
    h.organisation = T("county");
    h.state = T("active");
    h.systems = systems;
    h.n_systems = 1;
    assert_ok(store_put_host(a->call.txn, &h));
}

static inline void fill(struct gdpop_admin *a)
{
    load_profile(a, "db-3");
    load_profile(a, "gd-population");
    load_profile(a, "sz-cme");
    add_org(a, "province", "province", "440000", NULL);
    add_org(a, "city", "city", "440100", "province");
    add_org(a, "county", "county", "440104", "city");
    add_org(a, "town", "town", "440104", "county");
    add_org(a, "elsewhere", "city", "440300", "province");
    add_people(a);
    register_host(a);
    assert_ok(call_op(a, "org", "leader", "id", "city", "person", "P000009", "kind", "responsible",
                      "from", "2020-01-01", (char *)NULL));
    assert_ok(
        call_op(a, "workplace", "add", "org", "county", "network", "10.77.1.0/24", (char *)NULL));
}

static inline int fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    char path[96];
    if (!f)
        return -1;
    strcpy(f->dir, "/tmp/gdpop-admin-XXXXXX");
    if (!mkdtemp(f->dir))
        return -1;
    snprintf(path, sizeof(path), "%s/gdpop.conf", f->dir);
    FILE *conf = fopen(path, "we");
    if (!conf)
        return -1;
    fprintf(conf,
            "store_dir = %s/store\nkey_dir = %s/keys\nsnapshot = %s/nss/snapshot\n"
            "language = en\nstore_wait_sec = 3\n",
            f->dir, f->dir, f->dir);
    fclose(conf);
    snprintf(path, sizeof(path), "%s/nss", f->dir);
    mkdir(path, 0755);
    snprintf(path, sizeof(path), "%s/gdpop.conf", f->dir);
    text_language("en");
    assert_ok(gdpop_open(path, &f->g));
    assert_ok(gdpop_admin_begin(f->g, NULL, GDPOP_ADMIN_INIT, &f->a));
    fill(f->a);
    assert_ok(publish_touch(f->a->call.txn));
    assert_ok(gdpop_admin_commit(f->a));
    *state = f;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    struct fixture *f = *state;
    char command[96];
    gdpop_admin_end(f->a);
    gdpop_close(f->g);
    snprintf(command, sizeof(command), "rm -rf %s", f->dir);
    int r = system(command);
    free(f);
    return r;
}

#define ADMIN_TEST(function)                                                                       \
    cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

#endif
