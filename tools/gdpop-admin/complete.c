#include "complete.h"

#include "act.h"
#include "arguments.h"
#include "operations.h"
#include "say.h"

#include <string.h>

/* Where the names behind a parameter's metavar come from: an operation that lists them, and the
 * field that holds them. */
static const struct kind {
    const char *metavar, *name, *noun, *verb, *field;
} kinds[] = {
    {"USER", "account", "account", "list", "user"},  {"ORG", "org", "org", "tree", "id"},
    {"DEVICE", "device", "device", "list", "id"},    {"PERSON", "person", "person", "list", "id"},
    {"REQUEST", "request", "request", "list", "id"}, {"MACHINE-ID", "host", "host", "list", "id"},
    {"ROLE", "role", "role", "list", "name"},        {NULL},
};

static void line_each(FILE *out, const char *words)
{
    for (const char *at = words; *at; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        fprintf(out, "%.*s\n", (int)len, at);
        at += len;
    }
}

static void value_of(FILE *out, const struct gdpop_param *p)
{
    if (p->choices)
        line_each(out, p->choices);
    if (p->kind == GDPOP_PARAM_FILE || p->kind == GDPOP_PARAM_OUT ||
        p->kind == GDPOP_PARAM_STREAM || (p->metavar && strncmp(p->metavar, "FILE", 4) == 0))
        fputs("@file\n", out);
    for (const struct kind *k = kinds; k->name && p->metavar; k++)
        if (strcmp(k->metavar, p->metavar) == 0)
            fprintf(out, "@%s\n", k->name);
}

static void nouns_or_verbs(FILE *out, const char *noun)
{
    const struct gdpop_operation *const *list;
    size_t count = operations_list(&list);
    const char *last = "";
    for (size_t i = 0; i < count; i++) {
        const char *word = noun ? list[i]->verb : list[i]->noun;
        if ((noun && strcmp(list[i]->noun, noun) != 0) || !word || !*word ||
            strcmp(word, last) == 0)
            continue;
        fprintf(out, "%s\n", word);
        last = word;
    }
}

static const struct global_option *global_named(const char *name)
{
    for (const struct global_option *g = global_options; g->name; g++)
        if (strcmp(g->name, name) == 0)
            return g;
    return NULL;
}

/* Whether a value stands behind the option, of the operation (NULL: none yet) or a global one. */
static bool takes_value(const struct gdpop_operation *o, const char *word)
{
    const struct gdpop_param *p = o ? arguments_param(o, word + 2) : NULL;
    const struct global_option *g = global_named(word + 2);
    if (p && !p->positional)
        return p->kind != GDPOP_PARAM_FLAG;
    return g && g->metavar;
}

static void value_of_global(FILE *out, const char *name)
{
    if (strcmp(name, "language") == 0)
        fputs("zh\nen\n", out);
    else if (strcmp(name, "as") == 0)
        fputs("@account\n", out);
    else
        fputs("@file\n", out);
}

static void options(FILE *out, const struct gdpop_operation *o)
{
    for (const struct gdpop_param *p = o ? o->params : NULL; p && p->name; p++)
        if (!p->positional && p->kind != GDPOP_PARAM_SECRET)
            fprintf(out, "--%s\n", p->name);
    for (const struct global_option *g = global_options; g->name; g++)
        fprintf(out, "--%s\n", g->name);
}

/* The operation's parameter at which the word to complete stands. */
static void next_positional(FILE *out, const struct gdpop_operation *o, size_t given)
{
    for (const struct gdpop_param *p = o->params; p && p->name; p++) {
        if (!p->positional || (given > 0 && !p->repeated)) {
            given -= p->positional && given > 0;
            continue;
        }
        value_of(out, p);
        return;
    }
}

struct words {
    const char *noun;
    const struct gdpop_operation *operation;
    size_t positional; /* behind noun and verb */
    const char *asks;  /* the option whose value comes next */
};

static void take_word(struct words *w, const char *word)
{
    if (w->asks) {
        w->asks = NULL;
    } else if (strncmp(word, "--", 2) == 0 && word[2]) {
        w->asks = !strchr(word, '=') && takes_value(w->operation, word) ? word + 2 : NULL;
    } else if (!w->noun) {
        if (strcmp(word, "recover") == 0)
            return;
        w->noun = word;
        w->operation = operations_single(word);
    } else if (operations_find(w->noun, word) && w->positional == 0) {
        w->operation = operations_find(w->noun, word);
    } else {
        w->positional++;
    }
}

void complete_words(FILE *out, int count, char **words)
{
    struct words w = {0};
    for (int i = 0; i < count; i++)
        take_word(&w, words[i]);
    const struct gdpop_param *p =
        w.asks && w.operation ? arguments_param(w.operation, w.asks) : NULL;
    if (p) {
        value_of(out, p);
        return;
    }
    if (w.asks) {
        value_of_global(out, w.asks);
        return;
    }
    if (!w.operation)
        nouns_or_verbs(out, w.noun);
    else
        next_positional(out, w.operation, w.positional);
    options(out, w.operation);
}

static int list_names(struct gdpop *g, const struct kind *k)
{
    const struct gdpop_result *result;
    struct gdpop_admin *a = NULL;
    const char *actor;
    int r;
    if ((r = gdpop_admin_whoami(g, &actor)) == 0 &&
        (r = gdpop_admin_begin(g, actor, GDPOP_ADMIN_READ, &a)) == 0 &&
        (r = act_call(a, k->noun, k->verb, NULL, 0, &result)) == 0)
        for (size_t i = 0; i < result->count; i++)
            for (size_t n = 0; n < result->rows[i].count; n++)
                if (strcmp(result->rows[i].fields[n].name, k->field) == 0) {
                    say_clean(stdout, result->rows[i].fields[n].text);
                    fputc('\n', stdout);
                }
    gdpop_admin_end(a);
    return r;
}

int complete_names(const char *kind)
{
    struct gdpop *g = NULL;
    int r = GDPOP_ERR_USAGE;
    for (const struct kind *k = kinds; k->name; k++)
        if (strcmp(k->name, kind) == 0 && (r = gdpop_open(NULL, &g)) == 0)
            r = list_names(g, k);
    if (g)
        gdpop_close(g);
    return r;
}
