#include "shape.h"

#include <stdlib.h>
#include <string.h>

static char *path(const char *place, const char *key)
{
    return *place ? say_format("%s.%s", place, key) : strdup(key);
}

static const char *kind_name(enum shape_kind kind)
{
    switch (kind) {
    case SHAPE_TEXT:
        return _("a text");
    case SHAPE_TEXTS:
        return _("a list of texts");
    case SHAPE_OBJECT:
        return _("an object");
    default:
        return _("a list of objects");
    }
}

static bool is_kind(const json_t *value, enum shape_kind kind)
{
    switch (kind) {
    case SHAPE_TEXT:
        return json_is_string(value);
    case SHAPE_OBJECT:
        return json_is_object(value);
    default:
        return json_is_array(value);
    }
}

static void check_list(const json_t *list, const struct member *m, const char *place,
                       struct problems *problems)
{
    enum shape_kind kind = m->kind == SHAPE_TEXTS ? SHAPE_TEXT : SHAPE_OBJECT;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        char *at = say_format("%s[%zu]", place, i);
        if (!at || !is_kind(item, kind)) {
            problems_add(problems, GDPOP_ERR_FORMAT, at, 0, 0, _("must be %s"), kind_name(kind));
            continue;
        }
        if (kind == SHAPE_OBJECT)
            shape_check(item, m->members, at, problems);
        free(at);
    }
    if (m->required && json_array_size(list) == 0)
        problems_add(problems, GDPOP_ERR_FORMAT, strdup(place), 0, 0, _("must not be empty"));
}

static void check_member(const json_t *value, const struct member *m, const char *place,
                         struct problems *problems)
{
    if (!is_kind(value, m->kind))
        problems_add(problems, GDPOP_ERR_FORMAT, strdup(place), 0, 0, _("must be %s"),
                     kind_name(m->kind));
    else if (m->kind == SHAPE_OBJECT)
        shape_check(value, m->members, place, problems);
    else if (m->kind != SHAPE_TEXT)
        check_list(value, m, place, problems);
    else if (!*json_string_value(value))
        problems_add(problems, GDPOP_ERR_FORMAT, strdup(place), 0, 0, _("must not be empty"));
}

static void check_unknown(const json_t *object, const struct member *members, const char *place,
                          struct problems *problems)
{
    const char *key;
    json_t *value, *o = (json_t *)(size_t)object;
    json_object_foreach(o, key, value)
    {
        const struct member *m = members;
        while (m->key && strcmp(m->key, key) != 0)
            m++;
        /* A key that begins with "_" is a remark. */
        if (!m->key && key[0] != '_')
            problems_add(problems, GDPOP_ERR_FORMAT, path(place, key), 0, 0,
                         _("is not a member that is known here"));
    }
}

void shape_check(const json_t *object, const struct member *members, const char *place,
                 struct problems *problems)
{
    check_unknown(object, members, place, problems);
    for (const struct member *m = members; m->key; m++) {
        const json_t *value = json_object_get(object, m->key);
        char *at = path(place, m->key);
        if (value && at) {
            check_member(value, m, at, problems);
            free(at);
        } else if (m->required || !at) {
            problems_add(problems, GDPOP_ERR_FORMAT, at, 0, 0, _("is missing: %s"),
                         kind_name(m->kind));
        } else {
            free(at);
        }
    }
}
