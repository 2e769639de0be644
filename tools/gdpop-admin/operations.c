#include "operations.h"

#include "adopt.h"
#include "forward.h"
#include "import.h"
#include "init.h"
#include "register.h"
#include "restore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct own_command *const own_commands[] = {
    &adopt_command, &forward_command,  &import_accounts_command, &import_orgs_command,
    &init_command,  &register_command, &restore_command,
};
#define OWN_COUNT (sizeof(own_commands) / sizeof(own_commands[0]))

static const char *verb_of(const struct gdpop_operation *o)
{
    return o->verb ? o->verb : "";
}

static int compare(const void *a, const void *b)
{
    const struct gdpop_operation *const *x = a, *const *y = b;
    int noun = strcmp((*x)->noun, (*y)->noun);
    return noun ? noun : strcmp(verb_of(*x), verb_of(*y));
}

const struct own_command *operations_own(const struct gdpop_operation *operation)
{
    for (size_t i = 0; i < OWN_COUNT; i++)
        if (&own_commands[i]->operation == operation)
            return own_commands[i];
    return NULL;
}

static bool is_shadowed(const struct gdpop_operation *o)
{
    for (size_t i = 0; i < OWN_COUNT; i++) {
        const struct gdpop_operation *own = &own_commands[i]->operation;
        if (compare(&own, &o) == 0)
            return true;
    }
    return false;
}

size_t operations_list(const struct gdpop_operation *const **list)
{
    static const struct gdpop_operation **all;
    static size_t count;
    if (!all) {
        const struct gdpop_operation *const *library;
        size_t n = gdpop_operations(&library);
        all = calloc(n + OWN_COUNT, sizeof(*all));
        if (!all)
            return 0;
        for (size_t i = 0; i < n; i++)
            if (!is_shadowed(library[i]))
                all[count++] = library[i];
        for (size_t i = 0; i < OWN_COUNT; i++)
            all[count++] = &own_commands[i]->operation;
        qsort(all, count, sizeof(*all), compare);
    }
    *list = all;
    return count;
}

const struct gdpop_operation *operations_find(const char *noun, const char *verb)
{
    const struct gdpop_operation *const *list;
    size_t count = operations_list(&list);
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i]->noun, noun) == 0 && strcmp(verb_of(list[i]), verb) == 0)
            return list[i];
    return NULL;
}

bool operations_has_noun(const char *noun)
{
    const struct gdpop_operation *const *list;
    size_t count = operations_list(&list);
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i]->noun, noun) == 0)
            return true;
    return false;
}

const struct gdpop_operation *operations_single(const char *noun)
{
    const struct gdpop_operation *const *list, *found = NULL;
    size_t count = operations_list(&list);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i]->noun, noun) != 0)
            continue;
        if (found || !*verb_of(list[i]))
            return *verb_of(list[i]) ? NULL : list[i];
        found = list[i];
    }
    return found;
}

char *operations_names(const char *noun)
{
    char *text = NULL;
    size_t len;
    const struct gdpop_operation *const *list;
    size_t count = operations_list(&list);
    FILE *out = open_memstream(&text, &len);
    if (!out)
        return NULL;
    const char *last = "";
    for (size_t i = 0; i < count; i++) {
        const char *name = noun ? verb_of(list[i]) : list[i]->noun;
        if ((noun && strcmp(list[i]->noun, noun) != 0) || !*name || strcmp(name, last) == 0)
            continue;
        fprintf(out, "%s%s", *last ? ", " : "", name);
        last = name;
    }
    return fclose(out) == 0 ? text : NULL;
}

const char *operations_title(const struct gdpop_operation *operation)
{
    static char title[64];
    snprintf(title, sizeof(title), "%s%s%s", operation->noun, *verb_of(operation) ? " " : "",
             verb_of(operation));
    return title;
}
