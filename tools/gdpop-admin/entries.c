#include "entries.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *const entry_params[ENTRY_VALUES] = {
    [ENTRY_USER] = "user",   [ENTRY_UID] = "uid",   [ENTRY_GID] = "gid", [ENTRY_HOME] = "home",
    [ENTRY_SHELL] = "shell", [ENTRY_HASH] = "hash", [ENTRY_SET] = "set", [ENTRY_UNTIL] = "until",
};

char *entry_place(const struct entry *e, enum entry_value v)
{
    if (!e->path[v])
        v = ENTRY_USER;
    if (e->column[v])
        return say_format("%s:%u:%u (%s)", e->path[v], e->line[v], e->column[v], entry_params[v]);
    return say_format("%s:%u (%s)", e->path[v], e->line[v], entry_params[v]);
}

void entry_problem(struct entries *all, const struct entry *e, enum entry_value v, int code,
                   const char *sentence, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, sentence);
    vsnprintf(text, sizeof(text), sentence, ap);
    va_end(ap);
    if (!e->path[v])
        v = ENTRY_USER;
    problems_add(&all->problems, code, entry_place(e, v), e->line[v], e->column[v], "%s", text);
}

struct entry *entries_add(struct entries *all)
{
    if (all->count == all->room) {
        size_t room = all->room ? all->room * 2 : 64;
        struct entry *list = realloc(all->list, room * sizeof(*list));
        if (!list)
            return NULL;
        all->list = list;
        all->room = room;
    }
    struct entry *e = &all->list[all->count++];
    *e = (struct entry){0};
    return e;
}

static int compare(const struct entry *x, const struct entry *y, enum entry_value v)
{
    int order = strcmp(x->value[v], y->value[v]);
    return order ? order : (x > y) - (x < y);
}

static int by_name(const void *a, const void *b)
{
    return compare(*(struct entry *const *)a, *(struct entry *const *)b, ENTRY_USER);
}

static int by_uid(const void *a, const void *b)
{
    return compare(*(struct entry *const *)a, *(struct entry *const *)b, ENTRY_UID);
}

static void find_twins(struct entries *all, enum entry_value v)
{
    for (size_t i = 1; i < all->count; i++) {
        const struct entry *before = all->by_name[i - 1], *e = all->by_name[i];
        if (strcmp(before->value[v], e->value[v]) != 0)
            continue;
        char *place = entry_place(before, v);
        entry_problem(all, e, v, GDPOP_ERR_EXISTS, _("%s %s stands at %s already"), entry_params[v],
                      e->value[v], place ? place : "?");
        free(place);
    }
}

/* They lie in the entry itself, which stays where it is from now on. */
static void take_dates(struct entry *e)
{
    if (e->path[ENTRY_SET] && !e->must_change)
        e->value[ENTRY_SET] = e->set;
    if (e->path[ENTRY_UNTIL])
        e->value[ENTRY_UNTIL] = e->until;
}

int entries_sort(struct entries *all)
{
    all->by_name = calloc(all->count + 1, sizeof(struct entry *));
    if (!all->by_name)
        return GDPOP_ERR_NOMEM;
    for (size_t i = 0; i < all->count; i++)
        take_dates(all->by_name[i] = &all->list[i]);
    qsort(all->by_name, all->count, sizeof(struct entry *), by_uid);
    find_twins(all, ENTRY_UID);
    qsort(all->by_name, all->count, sizeof(struct entry *), by_name);
    find_twins(all, ENTRY_USER);
    return 0;
}

static int against_name(const void *name, const void *e)
{
    return strcmp(name, (*(struct entry *const *)e)->value[ENTRY_USER]);
}

struct entry *entries_find(const struct entries *all, const char *name)
{
    struct entry **found =
        all->count ? bsearch(name, all->by_name, all->count, sizeof(struct entry *), against_name)
                   : NULL;
    return found ? *found : NULL;
}

void entries_free(struct entries *all)
{
    free(all->list);
    free(all->by_name);
    problems_free(&all->problems);
    *all = (struct entries){0};
}

bool entry_date(const char *days, bool before, char text[static 16])
{
    struct tm tm;
    size_t len = strlen(days);
    if (len < 1 || len > 6 || strspn(days, "0123456789") != len)
        return false;
    long number = strtol(days, NULL, 10) - before;
    time_t at = (time_t)number * 86400;
    return number >= 0 && gmtime_r(&at, &tm) && strftime(text, 16, "%Y-%m-%d", &tm) > 0;
}

void entry_hash(struct entries *all, struct entry *e, char *text)
{
    if (!*text)
        entry_problem(all, e, ENTRY_HASH, GDPOP_ERR_REFUSED,
                      _("an empty password: give the account one, or lock it (!), first"));
    else if (*text != '!' && *text != '*')
        e->value[ENTRY_HASH] = text;
}
