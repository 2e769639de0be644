#include "admin/admin.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

int result_row(struct gdpop_admin *a, int depth)
{
    if (a->result.count == a->row_room) {
        size_t room = a->row_room ? a->row_room * 2 : 16;
        struct gdpop_row *rows = arena_alloc(a->call.arena, room * sizeof(*rows));
        if (!rows)
            return GDPOP_ERR_NOMEM;
        if (a->result.count)
            memcpy(rows, a->rows, a->result.count * sizeof(*rows));
        a->result.rows = a->rows = rows;
        a->row_room = room;
    }
    a->rows[a->result.count++] = (struct gdpop_row){.depth = depth};
    a->fields = NULL;
    a->field_room = 0;
    return 0;
}

static int add_shown(struct gdpop_admin *a, enum gdpop_field_kind kind, const char *name,
                     const char *title, const char *text, const char *shown)
{
    struct gdpop_row *row = &a->rows[a->result.count - 1];
    if (row->count == a->field_room) {
        size_t room = a->field_room ? a->field_room * 2 : 16;
        struct gdpop_field *fields = arena_alloc(a->call.arena, room * sizeof(*fields));
        if (!fields)
            return GDPOP_ERR_NOMEM;
        if (row->count)
            memcpy(fields, a->fields, row->count * sizeof(*fields));
        row->fields = a->fields = fields;
        a->field_room = room;
    }
    char *copy = admin_copy(a, text ? text : "");
    if (!copy)
        return GDPOP_ERR_NOMEM;
    a->fields[row->count++] = (struct gdpop_field){name, title, kind, copy, shown};
    return 0;
}

static int add(struct gdpop_admin *a, enum gdpop_field_kind kind, const char *name,
               const char *title, const char *text)
{
    return add_shown(a, kind, name, title, text, NULL);
}

int result_text(struct gdpop_admin *a, const char *name, const char *title, const char *text)
{
    return add(a, GDPOP_FIELD_TEXT, name, title, text);
}

int result_word(struct gdpop_admin *a, const char *name, const char *title, const char *word)
{
    return result_shown(a, name, title, word, word_shown(word));
}

int result_shown(struct gdpop_admin *a, const char *name, const char *title, const char *text,
                 const char *shown)
{
    char *copy = admin_copy(a, shown);
    return copy ? add_shown(a, GDPOP_FIELD_TEXT, name, title, text, copy) : GDPOP_ERR_NOMEM;
}

int result_number(struct gdpop_admin *a, const char *name, const char *title, int64_t number)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRId64, number);
    return add(a, GDPOP_FIELD_NUMBER, name, title, text);
}

int result_event(struct gdpop_admin *a, const char *name, const char *title, uint64_t sequence)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRIu64, sequence);
    return add_shown(a, GDPOP_FIELD_NUMBER, name, title, text, sequence ? NULL : "");
}

int result_uid(struct gdpop_admin *a, const char *name, const char *title, uint32_t uid)
{
    return uid ? result_number(a, name, title, uid) : add(a, GDPOP_FIELD_NUMBER, name, title, "");
}

int result_bool(struct gdpop_admin *a, const char *name, const char *title, bool value)
{
    return add(a, GDPOP_FIELD_BOOL, name, title, value ? "true" : "false");
}

int result_instant(struct gdpop_admin *a, const char *name, const char *title, int64_t at)
{
    char text[40] = "";
    if (at)
        clock_format_rfc3339(at, a->utc_offset_min, text);
    return add(a, GDPOP_FIELD_INSTANT, name, title, text);
}

int result_secret(struct gdpop_admin *a, const char *name, const char *title, const char *text)
{
    return add(a, GDPOP_FIELD_SECRET, name, title, text);
}

void result_list(struct gdpop_admin *a)
{
    a->result.list = true;
}

int result_message(struct gdpop_admin *a, const char *sentence, ...)
{
    char text[1024];
    va_list list;
    va_start(list, sentence);
    vsnprintf(text, sizeof(text), sentence, list);
    va_end(list);
    return (a->result.message = admin_copy(a, text)) != NULL ? 0 : GDPOP_ERR_NOMEM;
}
