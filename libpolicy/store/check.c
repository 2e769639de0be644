#include "store/private.h"

#include "base/err.h"
#include "base/text.h"
#include "model/codec.h"

#include <stdio.h>

struct check {
    void (*report)(const char *sentence, void *arg);
    void *arg;
    size_t problems;
    const struct table *table;
    const struct index *index;
};

static void problem(struct check *c, const char *sentence)
{
    c->problems++;
    if (c->report)
        c->report(sentence, c->arg);
}

/* A key as it may be shown: text as it is, other bytes in hexadecimal. */
static void show_key(struct bytes key, char *out, size_t size)
{
    const uint8_t *p = key.data;
    size_t n = 0;
    for (size_t i = 0; i < key.len && n + 5 < size; i++) {
        bool printable = p[i] > ' ' && p[i] < 0x7f;
        n += (size_t)snprintf(out + n, size - n, printable ? "%c" : "\\x%02x", p[i]);
    }
    out[n] = '\0';
}

static void problem_at(struct check *c, const char *name, struct bytes key, const char *what)
{
    char shown[256], sentence[512];
    show_key(key, shown, sizeof(shown));
    snprintf(sentence, sizeof(sentence), "%s %s: %s", name, shown, what);
    problem(c, sentence);
}

/* Errors of one record are problems found; others end the check. */
static bool is_damage(int r)
{
    return r == GDPOP_ERR_SEAL || r == GDPOP_ERR_STORE || r == GDPOP_ERR_NOT_FOUND ||
           r == GDPOP_ERR_FORMAT || r == GDPOP_ERR_ARGUMENT;
}

static int check_entries(struct txn *t, struct check *c, struct bytes key, const void *message)
{
    for (size_t i = 0; c->table->indexes && c->table->indexes[i]; i++) {
        const struct index *index = c->table->indexes[i];
        struct index_keys k;
        struct bytes record;
        int r = index_keys_of(t, index, key, message, &k);
        for (size_t j = 0; r == 0 && j < k.count; j++) {
            r = index_find(t, index, k.list[j], &record);
            if (r == GDPOP_ERR_NOT_FOUND || (r == 0 && !bytes_equal(record, key))) {
                char what[128];
                snprintf(what, sizeof(what),
                         r == 0 ? _("the index %s names another record")
                                : _("the index %s lacks its entry"),
                         index->name);
                problem_at(c, c->table->name, key, what);
                r = 0;
            }
        }
        if (r < 0)
            return r;
    }
    return 0;
}

static int check_record(struct txn *t, struct check *c, struct bytes key, MDB_val raw)
{
    struct bytes value;
    void *message;
    bool sound = true;
    int r;
    if ((r = value_open(t, c->table->name, c->table->plain, key, raw, t->arena, &value)) < 0 ||
        (r = codec_decode(c->table->type, value, t->arena, &message)) < 0 ||
        (r = check_entries(t, c, key, message)) < 0)
        return r;
    if (c->table->check && (r = c->table->check(t, message, &sound)) == 0 && !sound)
        problem_at(c, c->table->name, key, _("what belongs to it does not fit"));
    return r;
}

static int check_index_entry(struct txn *t, struct check *c, struct bytes key, MDB_val raw)
{
    struct bytes record;
    struct index_keys k;
    void *message;
    int r = value_open(t, c->index->name, false, key, raw, t->arena, &record);
    if (r == 0)
        r = store_get(t, c->table, record, &message);
    if (r == GDPOP_ERR_NOT_FOUND) {
        problem_at(c, c->index->name, key, _("it names a record that is not there"));
        return 0;
    }
    if (r == 0)
        r = index_keys_of(t, c->index, record, message, &k);
    for (size_t i = 0; r == 0 && i < k.count; i++)
        if (bytes_equal(k.list[i], key))
            return 0;
    if (r == 0)
        problem_at(c, c->index->name, key, _("its record does not belong under it"));
    return r;
}

/* Each record in an arena of its own: a store may be large. */
static int visit(struct txn *t, struct bytes key, MDB_val raw, void *arg)
{
    struct check *c = arg;
    struct arena *outer = t->arena;
    t->arena = arena_new();
    int r = GDPOP_ERR_NOMEM;
    err_clear();
    if (t->arena)
        r = c->index ? check_index_entry(t, c, key, raw) : check_record(t, c, key, raw);
    if (is_damage(r)) {
        problem_at(c, c->index ? c->index->name : c->table->name, key, err_sentence());
        r = 0;
    }
    arena_free(t->arena);
    t->arena = outer;
    return r;
}

int store_check(struct txn *t, void (*report)(const char *sentence, void *arg), void *arg,
                size_t *problems)
{
    struct check c = {.report = report, .arg = arg};
    const struct bytes all = BYTES("", 0);
    int r = 0;
    for (size_t i = 0; r == 0 && store_tables[i]; i++) {
        c.table = store_tables[i];
        c.index = NULL;
        r = value_each(t, c.table, c.table->name, all, all, visit, &c);
        for (size_t j = 0; r == 0 && c.table->indexes && c.table->indexes[j]; j++) {
            c.index = c.table->indexes[j];
            r = value_each(t, c.index, c.index->name, all, all, visit, &c);
        }
    }
    *problems = c.problems;
    return r;
}
