/* Exports and archives read back without the store, and what is done to them in between. */
#include "../store/fixture.h"

#include "audit/export.h"
#include "audit/trail.h"

enum { EVENTS = 30, EPOCH = 10, LAST = EVENTS + EVENTS / EPOCH };

static struct secret seal_key;

static const char *const awkward[] = {
    "=1+1", "+8613800138000", "-1",   "@cmd",        "'quoted",
    "a,b",  "say \"hi\"",     "张三", "back\\slash", "line\nbreak"};

static void append(struct txn *t, int i)
{
    const struct trail_limits limits = {3600, EPOCH};
    Model__Event e = MODEL__EVENT__INIT;
    bool ended;
    e.actor = T("audadm");
    e.action = T(i % 2 ? "login.auth" : "account.freeze");
    e.subject = T("zhangsan");
    e.detail = T(awkward[i % 10]);
    assert_ok(trail_append(t, &e));
    assert_ok(trail_end_epoch(t, &limits, &ended));
}

static int setup(void **state)
{
    struct txn *t;
    if (fixture_setup(state) != 0)
        return -1;
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    assert_ok(trail_make_sign_key(&f->conf));
    for (int i = 0; i < EVENTS; i++) {
        assert_ok(store_write(s, f->arena, &t));
        if (i == 0)
            assert_ok(trail_first_key(t, &seal_key));
        append(t, i);
        assert_ok(txn_commit(t));
    }
    store_close(s);
    return 0;
}

static char *path_of(struct fixture *f, const char *name)
{
    return arena_printf(f->arena, "%s/%s", f->dir, name);
}

static char *export_range(struct fixture *f, const char *name, uint64_t first, uint64_t last,
                          enum line_format format, bool compressed)
{
    const struct trail_export x = {first,    last,     format,       compressed,
                                   "export", "audadm", "a \"test\"", 480};
    struct store *s = fixture_open(f);
    uint8_t previous[32], digest[32];
    char *path = path_of(f, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_ok(trail_export(s, &x, fd, previous, digest));
    close(fd);
    store_close(s);
    return path;
}

static char *public_key(struct fixture *f)
{
    char *pem;
    assert_ok(trail_public_key(&f->conf, f->arena, &pem));
    return pem;
}

static char *checkpoint(struct fixture *f)
{
    struct store *s = fixture_open(f);
    struct txn *t;
    char *line;
    uint64_t sequence;
    assert_ok(store_read(s, f->arena, &t));
    assert_ok(trail_checkpoint(t, &line, &sequence));
    txn_abort(t);
    store_close(s);
    return line;
}

struct outcome {
    struct gdpop_audit_report report;
    size_t count;
    char kind[16], sentence[384];
    uint64_t first;
};

static void found(const struct gdpop_audit_finding *f, void *arg)
{
    struct outcome *o = arg;
    if (o->count++ > 0)
        return;
    snprintf(o->kind, sizeof(o->kind), "%s", f->kind);
    snprintf(o->sentence, sizeof(o->sentence), "%s", f->sentence);
    o->first = f->first;
}

/* With all that the auditor keeps. certificate, anchor NULL: not given. */
static struct outcome verify(const char *const *paths, const char *certificate, const char *anchor)
{
    struct outcome o = {.count = 0};
    struct gdpop_audit *a;
    assert_ok(gdpop_audit_open(&a));
    assert_ok(gdpop_audit_seal_key(a, seal_key.text, seal_key.len, "seal-key"));
    if (certificate)
        assert_ok(gdpop_audit_certificate(a, certificate, strlen(certificate), "certificate"));
    if (anchor)
        assert_ok(gdpop_audit_anchor(a, anchor, strlen(anchor), "anchor"));
    for (; *paths; paths++)
        assert_ok(gdpop_audit_add(a, *paths));
    assert_ok(gdpop_audit_verify(a, found, &o, &o.report));
    gdpop_audit_close(a);
    return o;
}

#define PATHS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void assert_sound(struct outcome o)
{
    if (!o.report.ok || o.count > 0)
        fail_msg("%zu findings: %s", o.count, o.sentence);
}

static void assert_found(struct outcome o, const char *kind, const char *words)
{
    if (o.report.ok || strcmp(o.kind, kind) != 0 || !strstr(o.sentence, words))
        fail_msg("%zu findings: %s: %s; expected %s: %s", o.count, o.kind, o.sentence, kind, words);
}

static void test_formats(void **state)
{
    struct fixture *f = *state;
    const char *pem = public_key(f), *anchor = checkpoint(f);
    for (int format = 0; format < 2; format++) {
        for (int compressed = 0; compressed < 2; compressed++) {
            char *path = export_range(f, "file", 1, LAST, (enum line_format)format, compressed);
            struct outcome o = verify(PATHS(path), pem, anchor);
            assert_sound(o);
            assert_int_equal(o.report.events, LAST);
            assert_int_equal(o.report.epochs, EVENTS / EPOCH);
            assert_int_equal(o.report.sealed_to, LAST);
            assert_int_equal(o.report.anchored_to, LAST);
            assert_true(o.report.seal_checked && o.report.signature_checked);
        }
    }
}

static int collect(const struct gdpop_audit_event *e, void *arg)
{
    char **text = arg;
    size_t len = strlen(*text);
    snprintf(*text + len, 8192 - len, "%llu %s %s;", (unsigned long long)e->sequence, e->action,
             e->detail);
    return 0;
}

/* Every file form tells the same events; parts in any order, overlapping, are read as one. */
static void test_events(void **state)
{
    struct fixture *f = *state;
    char *parts[] = {export_range(f, "b", 15, LAST, LINE_CSV, true),
                     export_range(f, "a", 1, 20, LINE_JSONL, false)};
    char *whole = export_range(f, "c", 1, LAST, LINE_JSONL, true);
    char *texts[2] = {calloc(1, 8192), calloc(1, 8192)};
    struct gdpop_audit *a, *b;
    assert_ok(gdpop_audit_open(&a));
    assert_ok(gdpop_audit_open(&b));
    assert_ok(gdpop_audit_add(a, parts[0]));
    assert_ok(gdpop_audit_add(a, parts[1]));
    assert_ok(gdpop_audit_add(b, whole));
    assert_ok(gdpop_audit_each(a, collect, &texts[0]));
    assert_ok(gdpop_audit_each(b, collect, &texts[1]));
    assert_string_equal(texts[0], texts[1]);
    assert_non_null(strstr(texts[0], "1 account.freeze =1+1;2 login.auth +8613800138000;"));
    assert_non_null(strstr(texts[0], "8 login.auth 张三;"));
    gdpop_audit_close(a);
    gdpop_audit_close(b);
    free(texts[0]);
    free(texts[1]);
    assert_sound(verify(PATHS(parts[0], parts[1]), public_key(f), NULL));
}

static char *content(const char *path)
{
    char *text = calloc(1, 1 << 20);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
    fclose(file);
    return text;
}

/* A spreadsheet must not take what a person typed for a formula. */
static void test_no_formula(void **state)
{
    struct fixture *f = *state;
    char *text = content(export_range(f, "file", 1, LAST, LINE_CSV, false));
    assert_memory_equal(text, "\xef\xbb\xbfsequence,at,", 15);
    for (const char *p = text; (p = strpbrk(p, ",\n")); p++) {
        const char *cell = p[1] == '"' ? p + 2 : p + 1;
        if (strchr("=@\t", *cell) && *cell)
            fail_msg("a cell begins with %.20s", cell);
    }
    assert_non_null(strstr(text, ",'=1+1,"));
    assert_non_null(strstr(text, ",'+8613800138000,"));
    assert_non_null(strstr(text, ",'-1,"));
    free(text);
}

static void test_missing_file(void **state)
{
    struct fixture *f = *state;
    char *first = export_range(f, "a", 1, 10, LINE_JSONL, true);
    char *third = export_range(f, "c", 21, LAST, LINE_JSONL, true);
    struct outcome o = verify(PATHS(first, third), public_key(f), NULL);
    assert_found(o, "missing", "events 11 to 20 are in none of the files");
    assert_non_null(strstr(o.sentence, "trail-000000000011-"));
    assert_int_equal(o.count, 1);
    assert_sound(verify(PATHS(third), public_key(f), NULL));
}

static void test_anchors(void **state)
{
    struct fixture *f = *state;
    const char *pem = public_key(f), *anchor = checkpoint(f);
    char *path = export_range(f, "file", 1, 20, LINE_JSONL, false);
    struct outcome o = verify(PATHS(path), pem, NULL);
    assert_sound(o);
    assert_int_equal(o.report.anchored_to, 0);
    assert_found(verify(PATHS(path), pem, anchor), "cut", "the trail ends with event 20");
}

/* Root makes a new signing key: what it signs does not pass under the certificate kept elsewhere,
 * and under root's certificate the checkpoint kept elsewhere does not. */
static void test_swapped_certificate(void **state)
{
    struct fixture *f = *state;
    char *pem = public_key(f), *anchor = checkpoint(f), *swapped;
    char *path = arena_printf(f->arena, "%s/%s", f->conf.key_dir, TRAIL_SIGN_KEY);
    struct gdpop_audit *a;
    assert_int_equal(unlink(path), 0);
    assert_ok(trail_make_sign_key(&f->conf));
    path = export_range(f, "file", 1, LAST, LINE_JSONL, false);
    assert_found(verify(PATHS(path), pem, NULL), "signature", "was not signed by the key");
    swapped = public_key(f);
    assert_ok(gdpop_audit_open(&a));
    assert_ok(gdpop_audit_certificate(a, swapped, strlen(swapped), "swapped.pem"));
    assert_fails(gdpop_audit_anchor(a, anchor, strlen(anchor), "anchor"), GDPOP_ERR_SEAL);
    assert_non_null(strstr(gdpop_error(), "one of the two was exchanged"));
    gdpop_audit_close(a);
}

/* ---- Changed in the file ---- */

static void replace(char *text, const char *from, const char *to)
{
    char *at = strstr(text, from);
    assert_non_null(at);
    assert_int_equal(strlen(from), strlen(to));
    memcpy(at, to, strlen(to));
}

static char *line_at(char *text, int n)
{
    while (n-- > 1)
        text = strchr(text, '\n') + 1;
    return text;
}

static void take_line(char *text, int n)
{
    char *at = line_at(text, n), *next = strchr(at, '\n') + 1;
    memmove(at, next, strlen(next) + 1);
}

static void edit(char *text)
{
    replace(line_at(text, 5), "zhangsan", "lisisisi");
}

static void edit_time(char *text)
{
    char *at = strstr(line_at(text, 5), "\"at\":\"") + 6;
    at[25] = at[25] == '0' ? '1' : '0';
}

static void drop(char *text)
{
    take_line(text, 5);
}

static void duplicate(char *text)
{
    char *at = line_at(text, 5);
    size_t len = (size_t)(strchr(at, '\n') + 1 - at);
    memmove(at + len, at, strlen(at) + 1);
}

static void swap(char *text)
{
    char *one = line_at(text, 5), *two = line_at(text, 6), *end = line_at(text, 7);
    size_t a = (size_t)(two - one), b = (size_t)(end - two);
    char *copy = strndup(one, a);
    memmove(one, two, b);
    memcpy(one + b, copy, a);
    free(copy);
}

static void forge(char *text)
{
    char *mac = strstr(line_at(text, 5), "\"mac\":\"") + 7;
    *mac = *mac == '0' ? '1' : '0';
}

static void other_host(char *text)
{
    char *host = strstr(line_at(text, 5), "\"host\":\"") + 8;
    *host = *host == 'a' ? 'b' : 'a';
}

static void cut(char *text)
{
    *line_at(text, LAST - 3) = '\0';
}

static void cut_but_manifest(char *text)
{
    take_line(text, LAST);
}

static void edit_manifest(char *text)
{
    replace(text, "a \\\"test\\\"", "a \\\"tEst\\\"");
}

static void test_changed_files(void **state)
{
    struct fixture *f = *state;
    const char *pem = public_key(f);
    const struct {
        void (*change)(char *text);
        const char *kind, *words;
        size_t findings;
    } cases[] = {
        {edit, "edited", "event 5 was altered after it was sealed", 1},
        {edit_time, "edited", "event 5 was altered after it was sealed", 1},
        {drop, "dropped", "event 5 is missing", 1},
        {duplicate, "duplicated", "event 5 stands there twice", 1},
        {swap, "swapped", "events 5 and 6 stand in each other's place", 1},
        {forge, "forged", "the seal of event 5 is forged", 1},
        {other_host, "foreign", "event 5 was recorded by another host", 1},
        {cut, "manifest", "has no manifest at its end", 1},
        {cut_but_manifest, "manifest", "does not end as it says", 1},
        {edit_manifest, "signature", "was not signed", 1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char *path = export_range(f, "file", 1, LAST, LINE_JSONL, false), *text = content(path);
        cases[i].change(text);
        FILE *file = fopen(path, "we");
        fputs(text, file);
        fclose(file);
        free(text);
        struct outcome o = verify(PATHS(path), pem, NULL);
        assert_found(o, cases[i].kind, cases[i].words);
        assert_int_equal(o.count, cases[i].findings);
    }
}

/* ---- Errors ---- */

static int no_event(const struct gdpop_audit_event *e, void *arg)
{
    (void)arg;
    fail_msg("event %llu was read", (unsigned long long)e->sequence);
    return 0;
}

static void test_unreadable(void **state)
{
    struct fixture *f = *state;
    const char *const cases[] = {"hello\n", "{\"sequence\":1}\n", "\xef\xbb\xbfsequence,what\r\n",
                                 "{\"sequence\":1,\"sequence\":1,\n", "{"};
    struct gdpop_audit *a;
    char *path = path_of(f, "file");
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        FILE *file = fopen(path, "we");
        fputs(cases[i], file);
        fclose(file);
        assert_ok(gdpop_audit_open(&a));
        assert_fails(gdpop_audit_add(a, path), GDPOP_ERR_FORMAT);
        assert_non_null(strstr(gdpop_error(), path));
        gdpop_audit_close(a);
    }
    FILE *file = fopen(path, "we");
    fputs("\x28\xb5\x2f\xfdxxxx", file);
    fclose(file);
    assert_ok(gdpop_audit_open(&a));
    assert_ok(gdpop_audit_add(a, path));
    assert_fails(gdpop_audit_each(a, no_event, NULL), GDPOP_ERR_FORMAT);
    assert_non_null(strstr(gdpop_error(), path));
    assert_fails(gdpop_audit_add(a, "/nonexistent"), GDPOP_ERR_NOT_FOUND);
    assert_fails(gdpop_audit_seal_key(a, "key", 3, "k"), GDPOP_ERR_FORMAT);
    assert_fails(gdpop_audit_anchor(a, "\n", 1, "k"), GDPOP_ERR_FORMAT);
    assert_fails(gdpop_audit_anchor(a, "{\"checkpoint\":{}}\n", 18, "k"), GDPOP_ERR_FORMAT);
    gdpop_audit_close(a);
}

/* A disk that is full ends it with an error: a part is never taken for the whole. */
static void test_full_disk(void **state)
{
    struct fixture *f = *state;
    const struct trail_export x = {1, LAST, LINE_JSONL, false, "export", "audadm", "test", 480};
    struct store *s = fixture_open(f);
    uint8_t previous[32], digest[32];
    int fd = open("/dev/full", O_WRONLY);
    assert_fails(trail_export(s, &x, fd, previous, digest), GDPOP_ERR_FULL);
    close(fd);
    store_close(s);
}

static void test_find(void **state)
{
    struct fixture *f = *state;
    struct store *s = fixture_open(f);
    struct txn *t;
    uint64_t first, last, sequence;
    int64_t newest_at;
    assert_ok(store_read(s, f->arena, &t));
    assert_ok(trail_bounds(t, &first, &last));
    assert_int_equal(first, 1);
    assert_int_equal(last, LAST);
    assert_ok(trail_newest_at(t, &newest_at));
    assert_ok(trail_find(t, 0, &sequence));
    assert_int_equal(sequence, 1);
    assert_ok(trail_find(t, newest_at, &sequence));
    assert_in_range(sequence, LAST - 1, LAST);
    assert_ok(trail_find(t, newest_at + 1, &sequence));
    assert_int_equal(sequence, LAST + 1);
    txn_abort(t);
    store_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_formats),       TEST(test_events),     TEST(test_no_formula),
        TEST(test_missing_file),  TEST(test_anchors),    TEST(test_swapped_certificate),
        TEST(test_changed_files), TEST(test_unreadable), TEST(test_full_disk),
        TEST(test_find),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
