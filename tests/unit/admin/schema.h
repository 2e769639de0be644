/* Every result of an operation against gdpop-admin.schema.json: each field stands there, with its
 * kind, and a list is an array. */
#ifndef GDPOP_TEST_SCHEMA_H
#define GDPOP_TEST_SCHEMA_H

#include <jansson.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gdpop.h"

static inline const json_t *schema_of(const char *noun, const char *verb)
{
    static json_t *schema; /* for the life of the test program */
    char name[64];
    json_error_t error;
    if (!schema)
        schema = json_load_file(SOURCE_DIR "/tools/gdpop-admin/gdpop-admin.schema.json", 0, &error);
    if (!schema)
        fail_msg("gdpop-admin.schema.json:%d: %s", error.line, error.text);
    snprintf(name, sizeof(name), "%s%s%s", noun, *verb ? " " : "", verb);
    const json_t *of = json_object_get(json_object_get(schema, "$defs"), name);
    if (!of)
        fail_msg("gdpop-admin.schema.json: no definition of \"%s\"", name);
    return of;
}

static inline void check_field(const char *noun, const char *verb, const json_t *properties,
                               const char *name, const char *kind)
{
    char wanted[32];
    const char *reference =
        json_string_value(json_object_get(json_object_get(properties, name), "$ref"));
    snprintf(wanted, sizeof(wanted), "#/$defs/%s", kind);
    if (!reference || strcmp(reference, wanted) != 0)
        fail_msg("gdpop-admin.schema.json: %s %s prints \"%s\" as %s, and it says %s", noun, verb,
                 name, wanted, reference ? reference : "nothing of it");
}

static inline bool schema_allows(const json_t *type, const char *wanted)
{
    bool found = json_is_string(type) && strcmp(json_string_value(type), wanted) == 0;
    for (size_t i = 0; i < json_array_size(type); i++)
        found = found || strcmp(json_string_value(json_array_get(type, i)), wanted) == 0;
    return found;
}

static inline void check_schema(const char *noun, const char *verb,
                                const struct gdpop_result *result)
{
    static const char *const kinds[] = {"string", "integer", "boolean", "instant"};
    const json_t *of = schema_of(noun, verb), *type = json_object_get(of, "type");
    bool array = result->list || result->count > 1;
    const json_t *holder = array ? json_object_get(of, "items") : of;
    const json_t *properties = json_object_get(holder, "properties");
    if ((array || result->count) && !schema_allows(type, array ? "array" : "object"))
        fail_msg("gdpop-admin.schema.json: %s %s prints an %s", noun, verb,
                 array ? "array" : "object");
    for (size_t i = 0; i < result->count; i++) {
        if (result->rows[i].depth)
            check_field(noun, verb, properties, "depth", "depth");
        for (size_t k = 0; k < result->rows[i].count; k++)
            if (result->rows[i].fields[k].kind != GDPOP_FIELD_SECRET)
                check_field(noun, verb, properties, result->rows[i].fields[k].name,
                            kinds[result->rows[i].fields[k].kind]);
    }
}

#endif
