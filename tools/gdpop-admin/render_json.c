#include "render.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *value(const struct gdpop_field *f)
{
    char *end;
    const char *text = f->text;
    if (!text || (!*text && f->kind != GDPOP_FIELD_TEXT))
        return json_null();
    switch (f->kind) {
    case GDPOP_FIELD_NUMBER: {
        long long number = strtoll(text, &end, 10);
        return *end ? json_string(text) : json_integer(number);
    }
    case GDPOP_FIELD_BOOL:
        return json_boolean(strcmp(text, "true") == 0);
    default: {
        /* A text that is not UTF-8 must not make the whole answer vanish. */
        json_t *string = json_string(text);
        return string ? string : json_null();
    }
    }
}

static json_t *object(const struct gdpop_row *row, bool tree)
{
    json_t *o = json_object();
    if (o && tree)
        json_object_set_new(o, "depth", json_integer(row->depth));
    for (size_t i = 0; o && i < row->count; i++)
        if (row->fields[i].kind != GDPOP_FIELD_SECRET)
            json_object_set_new(o, row->fields[i].name, value(&row->fields[i]));
    return o;
}

char *render_json(const struct gdpop_result *result, const char *locked_out)
{
    bool tree = false;
    json_t *top;
    for (size_t i = 0; i < result->count; i++)
        tree = tree || result->rows[i].depth > 0;
    if (result->list || result->count > 1) {
        top = json_array();
        for (size_t i = 0; top && i < result->count; i++)
            json_array_append_new(top, object(&result->rows[i], tree));
    } else if (result->count == 1) {
        top = object(&result->rows[0], false);
    } else {
        top = json_object();
        if (top && result->message && *result->message)
            json_object_set_new(top, "message", json_string(result->message));
    }
    if (locked_out && json_is_object(top))
        json_object_set_new(top, "locked_out", json_loads(locked_out, 0, NULL));
    char *dump = top ? json_dumps(top, JSON_INDENT(2) | JSON_ENCODE_ANY) : NULL;
    json_decref(top);
    if (!dump)
        return NULL;
    size_t len = strlen(dump);
    char *text = realloc(dump, len + 2);
    if (!text) {
        free(dump);
        return NULL;
    }
    text[len] = '\n';
    text[len + 1] = '\0';
    return text;
}
