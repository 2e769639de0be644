#include "init_file.h"

#include "shape.h"
#include "user_files.h"

#include <stdlib.h>
#include <string.h>

static const struct member network_members[] = {
    {"network", SHAPE_TEXT, true}, {"kind", SHAPE_TEXT, false}, {NULL}};

static const struct member leader_members[] = {{"person", SHAPE_TEXT, true},
                                               {"kind", SHAPE_TEXT, true},
                                               {"from", SHAPE_TEXT, true},
                                               {"department", SHAPE_TEXT, false},
                                               {NULL}};

static const struct member organisation_members[] = {
    {"id", SHAPE_TEXT, true},
    {"name", SHAPE_TEXT, true},
    {"level", SHAPE_TEXT, true},
    {"division", SHAPE_TEXT, true},
    {"supervised_by", SHAPE_TEXT, false},
    {"kind", SHAPE_TEXT, false},
    {"networks", SHAPE_OBJECTS, false, network_members},
    {"leaders", SHAPE_OBJECTS, false, leader_members},
    {NULL}};

static const struct member person_members[] = {
    {"key", SHAPE_TEXT, true},          {"name", SHAPE_TEXT, true},
    {"id_number", SHAPE_TEXT, true},    {"document_type", SHAPE_TEXT, false},
    {"organisation", SHAPE_TEXT, true}, {"department", SHAPE_TEXT, false},
    {"post", SHAPE_TEXT, true},         {"phone", SHAPE_TEXT, true},
    {"staff", SHAPE_TEXT, false},       {NULL}};

static const struct member approval_members[] = {{"leader", SHAPE_TEXT, true},
                                                 {"paper", SHAPE_TEXT, true},
                                                 {"file", SHAPE_TEXT, true},
                                                 {"date", SHAPE_TEXT, true},
                                                 {NULL}};

static const struct member agreement_members[] = {
    {"kind", SHAPE_TEXT, true}, {"file", SHAPE_TEXT, true}, {"date", SHAPE_TEXT, true}, {NULL}};

static const struct member device_members[] = {{"kind", SHAPE_TEXT, true},
                                               {"name", SHAPE_TEXT, true},
                                               {"key", SHAPE_TEXT, false},
                                               {"serial", SHAPE_TEXT, false},
                                               {NULL}};

static const struct member administrator_members[] = {
    {"account", SHAPE_TEXT, true},
    {"person", SHAPE_TEXT, true},
    {"duty", SHAPE_TEXT, true},
    {"role", SHAPE_TEXT, false},
    {"systems", SHAPE_TEXTS, false},
    {"until", SHAPE_TEXT, false},
    {"approval", SHAPE_OBJECT, true, approval_members},
    {"agreement", SHAPE_OBJECT, true, agreement_members},
    {"device", SHAPE_OBJECT, true, device_members},
    {NULL}};

static const struct member host_members[] = {{"name", SHAPE_TEXT, true},
                                             {"organisation", SHAPE_TEXT, true},
                                             {"systems", SHAPE_TEXTS, true},
                                             {"consoles", SHAPE_TEXTS, false},
                                             {NULL}};

static const struct member root_members[] = {
    {"organisations", SHAPE_OBJECTS, true, organisation_members},
    {"persons", SHAPE_OBJECTS, true, person_members},
    {"administrators", SHAPE_OBJECTS, true, administrator_members},
    {"host", SHAPE_OBJECT, true, host_members},
    {NULL}};

/* Members that name another object of the file: it must be there, once. */
static const struct {
    const char *list, *inner, *key; /* administrators[].approval.leader */
    const char *target, *target_key;
    bool earlier; /* must stand before, in the same list */
} references[] = {
    {"organisations", NULL, "supervised_by", "organisations", "id", true},
    {"organisations", "leaders", "person", "persons", "key", false},
    {"persons", NULL, "organisation", "organisations", "id", false},
    {"administrators", NULL, "person", "persons", "key", false},
    {"administrators", "approval", "leader", "persons", "key", false},
    {"host", NULL, "organisation", "organisations", "id", false},
};

const char *init_text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

size_t init_file_count(const struct init_file *file, const char *list)
{
    json_t *value = json_object_get(file->root, list);
    return json_is_object(value) ? 1 : json_array_size(value);
}

json_t *init_file_at(const struct init_file *file, const char *list, size_t i)
{
    json_t *value = json_object_get(file->root, list);
    return json_is_object(value) ? value : json_array_get(value, i);
}

static bool is_there(const struct init_file *file, const char *list, const char *key,
                     const char *value, size_t before)
{
    size_t count = init_file_count(file, list);
    for (size_t i = 0; i < count && i < before; i++) {
        const char *text = init_text(init_file_at(file, list, i), key);
        if (text && strcmp(text, value) == 0)
            return true;
    }
    return false;
}

static void check_reference(struct init_file *file, size_t which, json_t *object, char *place,
                            size_t index)
{
    const char *value = init_text(object, references[which].key);
    const char *target = references[which].target, *key = references[which].target_key;
    bool earlier = references[which].earlier;
    if (!value || is_there(file, target, key, value, earlier ? index : SIZE_MAX)) {
        free(place);
        return;
    }
    problems_add(&file->problems, GDPOP_ERR_FORMAT, place, 0, 0,
                 earlier ? _("no earlier one of %s has the %s \"%s\"")
                         : _("none of %s has the %s \"%s\""),
                 target, key, value);
}

static void check_references_of(struct init_file *file, size_t which, size_t index)
{
    const char *list = references[which].list, *inner = references[which].inner;
    const char *key = references[which].key;
    json_t *object = init_file_at(file, list, index);
    char *base = strcmp(list, "host") == 0 ? strdup("host") : say_format("%s[%zu]", list, index);
    if (!inner) {
        check_reference(file, which, object, say_format("%s.%s", base, key), index);
    } else {
        json_t *value = json_object_get(object, inner);
        if (json_is_object(value))
            check_reference(file, which, value, say_format("%s.%s.%s", base, inner, key), index);
        for (size_t i = 0; i < json_array_size(value); i++)
            check_reference(file, which, json_array_get(value, i),
                            say_format("%s.%s[%zu].%s", base, inner, i, key), index);
    }
    free(base);
}

static void check_unique(struct init_file *file, const char *list, const char *key)
{
    for (size_t i = 0; i < init_file_count(file, list); i++) {
        const char *value = init_text(init_file_at(file, list, i), key);
        if (value && is_there(file, list, key, value, i))
            problems_add(&file->problems, GDPOP_ERR_FORMAT, say_format("%s[%zu].%s", list, i, key),
                         0, 0, _("\"%s\" stands twice"), value);
    }
}

static void check(struct init_file *file)
{
    shape_check(file->root, root_members, "", &file->problems);
    check_unique(file, "organisations", "id");
    check_unique(file, "persons", "key");
    check_unique(file, "administrators", "account");
    for (size_t w = 0; w < sizeof(references) / sizeof(references[0]); w++)
        for (size_t i = 0; i < init_file_count(file, references[w].list); i++)
            check_references_of(file, w, i);
}

int init_file_read(const struct tool *t, const char *path, struct init_file *file)
{
    size_t len;
    json_error_t error;
    *file = (struct init_file){.path = path};
    int r = user_file_read(t, path, false, &file->bytes, &len);
    if (r)
        return r;
    file->root = json_loadb(file->bytes, len, JSON_REJECT_DUPLICATES, &error);
    if (!file->root)
        return say(t, GDPOP_ERR_FORMAT, _("%s:%d:%d: not JSON: %s"), path, error.line, error.column,
                   error.text);
    if (!json_is_object(file->root))
        return say(t, GDPOP_ERR_FORMAT, _("%s: the file must hold one object { }"), path);
    check(file);
    return file->problems.count
               ? problems_say(t, &file->problems, _("nothing was written: correct the file first"))
               : 0;
}

void init_file_free(struct init_file *file)
{
    json_decref(file->root);
    free(file->bytes);
    problems_free(&file->problems);
}
