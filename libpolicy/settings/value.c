/* Values of settings: reading, printing, comparing, combining. */
#include "settings/settings.h"

#include "base/err.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

enum { WORD_MAX = 255 };

static int parse_number(const struct setting *row, const char *text, struct setting_value *v)
{
    size_t digits = strspn(text + (text[0] == '-'), "0123456789");
    char *end;
    errno = 0;
    int64_t number = strtoll(text, &end, 10);
    if (digits == 0 || *end != '\0' || errno != 0 || number < row->min || number > row->max)
        return err_fail(GDPOP_ERR_FORMAT, _("%s must be a whole number from %lld to %lld%s%s."),
                        row->name, (long long)row->min, (long long)row->max,
                        row->unit[0] ? " " : "", row->unit[0] ? _(row->unit) : "");
    v->number = number;
    return 0;
}

static int parse_bool(const struct setting *row, const char *text, struct setting_value *v)
{
    if (strcmp(text, "yes") == 0 || strcmp(text, "1") == 0)
        v->number = 1;
    else if (strcmp(text, "no") == 0 || strcmp(text, "0") == 0)
        v->number = 0;
    else
        return err_fail(GDPOP_ERR_FORMAT, _("%s must be yes or no."), row->name);
    return 0;
}

/* Whether `words`, separated by single blanks, hold the word. */
static bool is_one_of(const char *words, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = words; (at = strstr(at, word)) != NULL; at += len)
        if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
    return false;
}

static int parse_word(const struct setting *row, const char *text, struct arena *a,
                      struct setting_value *v)
{
    size_t len = strlen(text);
    if (len == 0 || len > WORD_MAX || strchr(text, ' ') || !text_is_clean(text))
        return err_fail(GDPOP_ERR_FORMAT, _("%s must be one word of at most %d bytes."), row->name,
                        WORD_MAX);
    bool path = strcmp(row->unit, "/") == 0;
    if (path && text[0] != '/')
        return err_fail(GDPOP_ERR_FORMAT, _("%s must be an absolute path, beginning with /."),
                        row->name);
    if (path && strstr(row->default_text, "%u") && !strstr(text, "%u"))
        return err_fail(GDPOP_ERR_FORMAT, _("%s must hold %%u, the name of the account."),
                        row->name);
    if (!path && row->unit[0] && !is_one_of(row->unit, text))
        return err_fail(GDPOP_ERR_FORMAT, _("%s must be one of: %s."), row->name, row->unit);
    v->text = arena_strdup(a, text);
    return v->text ? 0 : GDPOP_ERR_NOMEM;
}

/* Words once each, in their order, separated by one blank. */
static int parse_list(const struct setting *row, const char *text, struct arena *a,
                      struct setting_value *v)
{
    if (!text_is_clean(text))
        return err_fail(GDPOP_ERR_FORMAT, _("%s must be a list of words."), row->name);
    char *copy = arena_strdup(a, text);
    char *list = arena_alloc(a, strlen(text) + 2);
    if (!copy || !list)
        return GDPOP_ERR_NOMEM;
    char *end = list, *rest = NULL;
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        if (is_one_of(list, word))
            continue;
        if (end > list)
            *end++ = ' ';
        end = stpcpy(end, word);
    }
    v->text = list;
    return 0;
}

int setting_parse(enum setting_id id, const char *text, struct arena *a, struct setting_value *v)
{
    *v = (struct setting_value){.text = "", .tag = "", .profile = ""};
    const struct setting *row = setting_row(id);
    if (!row)
        return err_fail(GDPOP_ERR_ARGUMENT, _("There is no such setting."));
    int r = GDPOP_ERR_INTERNAL;
    switch (row->type) {
    case SETTING_TYPE_INT:
        r = parse_number(row, text, v);
        break;
    case SETTING_TYPE_BOOL:
        r = parse_bool(row, text, v);
        break;
    case SETTING_TYPE_WORD:
        r = parse_word(row, text, a, v);
        break;
    case SETTING_TYPE_LIST:
        r = parse_list(row, text, a, v);
        break;
    }
    v->set = r == 0;
    return r;
}

const char *setting_print(enum setting_id id, const struct setting_value *v, struct arena *a)
{
    switch (setting_row(id)->type) {
    case SETTING_TYPE_INT:
        return arena_printf(a, "%" PRId64, v->number);
    case SETTING_TYPE_BOOL:
        return v->number ? "yes" : "no";
    default:
        return v->text;
    }
}

bool setting_at_least(enum setting_id id, const struct setting_value *a,
                      const struct setting_value *b)
{
    switch (setting_row(id)->combine) {
    case COMBINE_MAX:
        return b->number >= a->number;
    case COMBINE_MIN:
        return b->number <= a->number;
    case COMBINE_MIN_SET:
        return a->number == 0 || (b->number != 0 && b->number <= a->number);
    case COMBINE_FIRST:
        return true;
    }
    return false;
}

/* DB and MP clauses are the general standards; an article of a regulation says more to a reader. */
static bool is_general_tag(const char *tag)
{
    return strncmp(tag, "DB-", 3) == 0 || strncmp(tag, "MP-", 3) == 0;
}

static bool is_better_source(const struct setting_value *ours, const struct setting_value *theirs)
{
    return theirs->number == ours->number && strcmp(theirs->text, ours->text) == 0 &&
           is_general_tag(ours->tag) && !is_general_tag(theirs->tag);
}

void settings_combine(struct settings *into, const struct settings *more)
{
    for (int id = 0; id < SETTING_COUNT; id++) {
        struct setting_value *ours = &into->value[id];
        const struct setting_value *theirs = &more->value[id];
        /* Theirs is strictly stricter when ours is not at least as strict as theirs. */
        if (theirs->set &&
            (!ours->set || !setting_at_least(id, theirs, ours) || is_better_source(ours, theirs)))
            *ours = *theirs;
    }
}
