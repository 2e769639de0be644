/* Every result of an operation against gdpop-admin.schema.json: each row is one of the objects that
 * the schema gives its command, with those members that are required and no other, and a list is an
 * array. */
#ifndef GDPOP_TEST_SCHEMA_H
#define GDPOP_TEST_SCHEMA_H

#include <jansson.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gdpop.h"

static inline const json_t *schema_named(const char *name)
{
    static json_t *schema; /* for the life of the test program */
    json_error_t error;
    if (!schema)
        schema = json_load_file(SOURCE_DIR "/tools/gdpop-admin/gdpop-admin.schema.json", 0, &error);
    if (!schema)
        fail_msg("gdpop-admin.schema.json:%d: %s", error.line, error.text);
    const json_t *of = json_object_get(json_object_get(schema, "$defs"), name);
    if (!of)
        fail_msg("gdpop-admin.schema.json: no definition of \"%s\"", name);
    return of;
}

/* The one of the alternatives at `at`, following what it refers to; NULL behind the last. */
static inline const json_t *schema_choice(const json_t *of, size_t at)
{
    const json_t *any = json_object_get(of, "anyOf");
    const json_t *one = any ? json_array_get(any, at) : at == 0 ? of : NULL;
    const char *reference = json_string_value(json_object_get(one, "$ref"));
    return reference ? schema_named(reference + strlen("#/$defs/")) : one;
}

static inline bool schema_is(const json_t *of, const char *type)
{
    const char *text = json_string_value(json_object_get(of, "type"));
    return text && strcmp(text, type) == 0;
}

static inline bool field_fits(const json_t *object, const char *name, const char *kind)
{
    char wanted[32];
    const json_t *member = json_object_get(json_object_get(object, "properties"), name);
    const char *reference = json_string_value(json_object_get(member, "$ref"));
    snprintf(wanted, sizeof(wanted), "#/$defs/%s", kind);
    return reference && strcmp(reference, wanted) == 0;
}

static inline bool row_has(const struct gdpop_row *row, const char *name)
{
    for (size_t k = 0; k < row->count; k++)
        if (strcmp(row->fields[k].name, name) == 0)
            return true;
    return false;
}

static inline bool row_fits(const json_t *object, const struct gdpop_row *row)
{
    static const char *const kinds[] = {"string", "integer", "boolean", "instant"};
    const json_t *required = json_object_get(object, "required");
    if (row->depth && !field_fits(object, "depth", "depth"))
        return false;
    for (size_t k = 0; k < row->count; k++)
        if (row->fields[k].kind != GDPOP_FIELD_SECRET &&
            !field_fits(object, row->fields[k].name, kinds[row->fields[k].kind]))
            return false;
    for (size_t i = 0; i < json_array_size(required); i++)
        if (!row_has(row, json_string_value(json_array_get(required, i))))
            return false;
    return true;
}

/* Of an object, or of what an array holds. */
static inline bool is_described(const json_t *of, const struct gdpop_row *row, bool array)
{
    const json_t *one, *object;
    for (size_t i = 0; (one = schema_choice(of, i)); i++) {
        if (!schema_is(one, array ? "array" : "object"))
            continue;
        const json_t *held = array ? json_object_get(one, "items") : one;
        for (size_t k = 0; (object = schema_choice(held, k)); k++)
            if (row_fits(object, row))
                return true;
    }
    return false;
}

/* What the program reads itself and prints in its own form, or writes into a file. */
static inline bool is_printed_otherwise(const char *name)
{
    static const char *const others[] = {"account adopt", "account sheet", "audit forward"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (strcmp(others[i], name) == 0)
            return true;
    return false;
}

static inline void check_schema(const char *noun, const char *verb,
                                const struct gdpop_result *result)
{
    char name[64];
    bool array = result->list || result->count > 1;
    snprintf(name, sizeof(name), "%s%s%s", noun, *verb ? " " : "", verb);
    const json_t *of = schema_named(name);
    for (size_t i = 0; i < result->count && !is_printed_otherwise(name); i++)
        if (!is_described(of, &result->rows[i], array))
            fail_msg(
                "gdpop-admin.schema.json: row %zu of %s, whose first field is %s, fits none of "
                "its %ss",
                i, name, result->rows[i].count ? result->rows[i].fields[0].name : "missing",
                array ? "array" : "object");
}

#endif
