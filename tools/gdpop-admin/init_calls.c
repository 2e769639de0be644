#include "init_calls.h"

#include "act.h"
#include "operations.h"
#include "table_file.h"

#include <stdlib.h>
#include <string.h>

#define TEXTS_MAX 16

/* The parameter behind a member of the file. */
static void param_of(const char *key, char out[static 64])
{
    snprintf(out, 64, "%s", strcmp(key, "organisation") == 0 ? "org" : key);
    for (char *c = out; *c; c++)
        if (*c == '_')
            *c = '-';
}

static int refused(struct init *in, int code, const char *place, const json_t *object)
{
    const char *key, *sentence = gdpop_error();
    char param[64];
    json_t *value, *o = (json_t *)(size_t)object;
    if (!sentence || !*sentence)
        sentence = gdpop_strerror(code);
    json_object_foreach(o, key, value)
    {
        param_of(key, param);
        if (sentence_is_about(sentence, param, json_string_value(value)))
            return say(in->t, code, "%s: %s.%s: %s", in->file.path, place, key, sentence);
    }
    return say(in->t, code, "%s: %s: %s", in->file.path, place, sentence);
}

static int call(struct init *in, const char *place, const json_t *object, const char *noun,
                const char *verb, const struct pair *pairs, size_t count,
                const struct gdpop_result **result)
{
    int r = act_call(in->act, noun, verb, pairs, count, result);
    return r ? refused(in, r, place, object) : 0;
}

#define CALL(in, place, object, noun, verb, pairs, result)                                         \
    call(in, place, object, noun, verb, pairs, sizeof(pairs) / sizeof((pairs)[0]), result)

/* Appends the texts of a list as one parameter. */
static size_t add_texts(struct pair *pairs, size_t n, const char *name, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list) && i < TEXTS_MAX; i++)
        pairs[n++] = (struct pair){name, json_string_value(json_array_get(list, i)), 0};
    return n;
}

static const char *person_id(const struct init *in, const char *key)
{
    for (size_t i = 0; key && i < in->person_count; i++) {
        const char *other = init_text(init_file_at(&in->file, "persons", i), "key");
        if (other && strcmp(other, key) == 0)
            return in->person_ids[i];
    }
    return NULL;
}

static int load_profiles(struct init *in)
{
    const struct gdpop_result *result;
    int r = 0;
    for (size_t i = 0; i < in->profile_count && r == 0; i++) {
        const struct pair pairs[] = {{NULL, in->profiles[i].bytes, in->profiles[i].len}};
        r = act_call(in->act, "profile", "load", pairs, 1, &result);
        if (r)
            return say_library(in->t, r);
    }
    return r;
}

static int load_roles(struct init *in)
{
    const struct gdpop_result *result;
    const struct pair pairs[] = {{NULL, in->roles.bytes, in->roles.len}};
    if (in->roles.len == 0)
        return 0;
    int r = act_call(in->act, "role", "load", pairs, 1, &result);
    return r ? say_library(in->t, r) : 0;
}

static int add_organisation(struct init *in, const json_t *o, const char *place)
{
    const struct gdpop_result *result;
    const struct pair pairs[] = {{NULL, init_text(o, "id")},
                                 {"name", init_text(o, "name")},
                                 {"level", init_text(o, "level")},
                                 {"division", init_text(o, "division")},
                                 {"supervised-by", init_text(o, "supervised_by")},
                                 {"kind", init_text(o, "kind")}};
    return CALL(in, place, o, "org", "add", pairs, &result);
}

static int add_person(struct init *in, const json_t *p, const char *place, char **id)
{
    const struct gdpop_result *result;
    const struct pair pairs[] = {{"name", init_text(p, "name")},
                                 {"id-number", init_text(p, "id_number")},
                                 {"document-type", init_text(p, "document_type")},
                                 {"org", init_text(p, "organisation")},
                                 {"department", init_text(p, "department")},
                                 {"post", init_text(p, "post")},
                                 {"phone", init_text(p, "phone")},
                                 {"staff", init_text(p, "staff")}};
    int r = CALL(in, place, p, "person", "add", pairs, &result);
    if (r)
        return r;
    const char *text = act_field(result, "id");
    *id = text ? strdup(text) : NULL;
    return *id ? 0 : say(in->t, GDPOP_ERR_INTERNAL, _("%s was given no id"), place);
}

static int add_leaders(struct init *in, const json_t *o, const char *place)
{
    const struct gdpop_result *result;
    const json_t *list = json_object_get(o, "leaders");
    for (size_t i = 0; i < json_array_size(list); i++) {
        char at[96];
        const json_t *l = json_array_get(list, i);
        const struct pair pairs[] = {{NULL, init_text(o, "id")},
                                     {"person", person_id(in, init_text(l, "person"))},
                                     {"kind", init_text(l, "kind")},
                                     {"from", init_text(l, "from")},
                                     {"department", init_text(l, "department")}};
        snprintf(at, sizeof(at), "%s.leaders[%zu]", place, i);
        int r = CALL(in, at, l, "org", "leader", pairs, &result);
        if (r)
            return r;
    }
    return 0;
}

static int add_networks(struct init *in, const json_t *o, const char *place)
{
    const struct gdpop_result *result;
    const json_t *list = json_object_get(o, "networks");
    for (size_t i = 0; i < json_array_size(list); i++) {
        char at[96];
        const json_t *n = json_array_get(list, i);
        const struct pair pairs[] = {{NULL, init_text(o, "id")},
                                     {NULL, init_text(n, "network")},
                                     {"kind", init_text(n, "kind")}};
        snprintf(at, sizeof(at), "%s.networks[%zu]", place, i);
        int r = CALL(in, at, n, "workplace", "add", pairs, &result);
        if (r)
            return r;
    }
    return 0;
}

static int add_host(struct init *in)
{
    const struct gdpop_result *result;
    const json_t *h = init_file_at(&in->file, "host", 0);
    struct pair pairs[2 + 2 * TEXTS_MAX] = {{"name", init_text(h, "name")},
                                            {"org", init_text(h, "organisation")}};
    size_t n = add_texts(pairs, 2, "system", json_object_get(h, "systems"));
    n = add_texts(pairs, n, "console", json_object_get(h, "consoles"));
    return call(in, "host", h, "host", "register", pairs, n, &result);
}

static int apply(struct init *in, const struct first_administrator *a, const char *person,
                 const char *place)
{
    const struct gdpop_result *result;
    const json_t *systems = json_object_get(a->json, "systems");
    const char *role = init_text(a->json, "role");
    struct pair pairs[5 + TEXTS_MAX] = {{NULL, init_text(a->json, "account")},
                                        {"person", person},
                                        {"role", role ? role : "administrator"},
                                        {"duty", init_text(a->json, "duty")},
                                        {"until", init_text(a->json, "until")}};
    if (!systems)
        systems = json_object_get(init_file_at(&in->file, "host", 0), "systems");
    size_t n = add_texts(pairs, 5, "system", systems);
    return call(in, place, a->json, "account", "apply", pairs, n, &result);
}

static int approve(struct init *in, const struct first_administrator *a, const char *person,
                   const char *place)
{
    char at[64];
    const struct gdpop_result *result;
    const json_t *p = json_object_get(a->json, "approval"),
                 *g = json_object_get(a->json, "agreement");
    const struct pair agreement[] = {{"person", person},
                                     {"kind", init_text(g, "kind")},
                                     {NULL, a->agreement.bytes, a->agreement.len},
                                     {"date", init_text(g, "date")}};
    const struct pair approval[] = {{NULL, init_text(a->json, "account")},
                                    {"leader", person_id(in, init_text(p, "leader"))},
                                    {"paper", a->paper.bytes, a->paper.len},
                                    {"paper-number", init_text(p, "paper")},
                                    {"date", init_text(p, "date")}};
    snprintf(at, sizeof(at), "%s.agreement", place);
    int r = CALL(in, at, g, "agreement", "file", agreement, &result);
    snprintf(at, sizeof(at), "%s.approval", place);
    return r ? r : CALL(in, at, p, "account", "approve", approval, &result);
}

static int bind_device(struct init *in, const struct first_administrator *a, const char *person,
                       const char *place)
{
    char at[64];
    const struct gdpop_result *result;
    const json_t *d = json_object_get(a->json, "device");
    const struct pair device[] = {{"kind", init_text(d, "kind")},
                                  {"name", init_text(d, "name")},
                                  {"key", a->key.bytes, a->key.len},
                                  {"serial", init_text(d, "serial")},
                                  {"responsible", person}};
    snprintf(at, sizeof(at), "%s.device", place);
    int r = CALL(in, at, d, "device", "add", device, &result);
    if (r)
        return r;
    const char *id = act_field(result, "id");
    char *copy = strdup(id ? id : "");
    if (!copy)
        return say(in->t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    const struct pair binding[] = {{NULL, copy}, {NULL, init_text(a->json, "account")}};
    r = CALL(in, at, d, "device", "bind", binding, &result);
    free(copy);
    return r;
}

static int give_password(struct init *in, struct first_administrator *a, const char *place)
{
    const struct gdpop_result *result;
    const struct pair pairs[] = {{NULL, init_text(a->json, "account")}, {"to", a->secret_path}};
    int r = CALL(in, place, a->json, "account", "initial-password", pairs, &result);
    if (r || a->secret.fd < 0)
        return r;
    const char *secret = act_field(result, "secret");
    return secret ? out_file_write(in->t, &a->secret, secret)
                  : say(in->t, GDPOP_ERR_INTERNAL, _("%s was given no password"), place);
}

static int add_administrator(struct init *in, struct first_administrator *a, size_t index)
{
    char place[48];
    const char *person = person_id(in, init_text(a->json, "person"));
    snprintf(place, sizeof(place), "administrators[%zu]", index);
    int r = apply(in, a, person, place);
    if (r == 0)
        r = approve(in, a, person, place);
    if (r == 0)
        r = bind_device(in, a, person, place);
    return r ? r : give_password(in, a, place);
}

static int each_organisation(struct init *in,
                             int (*what)(struct init *, const json_t *, const char *))
{
    char place[48];
    int r = 0;
    for (size_t i = 0; i < init_file_count(&in->file, "organisations") && r == 0; i++) {
        snprintf(place, sizeof(place), "organisations[%zu]", i);
        r = what(in, init_file_at(&in->file, "organisations", i), place);
    }
    return r;
}

static int add_persons(struct init *in)
{
    char place[48];
    int r = 0;
    for (size_t i = 0; i < in->person_count && r == 0; i++) {
        snprintf(place, sizeof(place), "persons[%zu]", i);
        r = add_person(in, init_file_at(&in->file, "persons", i), place, &in->person_ids[i]);
    }
    return r;
}

const struct init_kept init_kept[INIT_KEPT] = {{"seal-key", "seal-key"},
                                               {"certificate", "checkpoint.pem"}};

static int give_auditor(struct init *in, size_t i)
{
    const struct gdpop_result *result;
    const struct pair pairs[] = {{"to", init_kept[i].file}};
    int r = act_call(in->act, "audit", init_kept[i].verb, pairs, 1, &result);
    if (r)
        return say_library(in->t, r);
    const char *text = act_field(result, "secret");
    if (in->kept[i].fd < 0)
        return 0;
    return text ? out_file_write(in->t, &in->kept[i], text)
                : say(in->t, GDPOP_ERR_INTERNAL, _("the operation gave no secret to write to %s"),
                      init_kept[i].file);
}

int init_calls(struct init *in)
{
    int r = load_profiles(in);
    if (r == 0)
        r = load_roles(in);
    if (r == 0)
        r = each_organisation(in, add_organisation);
    if (r == 0)
        r = add_persons(in);
    if (r == 0)
        r = each_organisation(in, add_leaders);
    if (r == 0)
        r = each_organisation(in, add_networks);
    if (r == 0)
        r = add_host(in);
    for (size_t i = 0; i < in->administrator_count && r == 0; i++)
        r = add_administrator(in, &in->administrators[i], i);
    for (size_t i = 0; i < INIT_KEPT && r == 0; i++)
        r = give_auditor(in, i);
    return r;
}
