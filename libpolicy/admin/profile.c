#include "admin/floor.h"

#include "crypto/digest.h"

/* Writes the profile and compiles. One of the same name takes the place of the one before, so an
 * administrator could loosen everything by it. */
static int put(struct gdpop_admin *a, const Model__Profile *record)
{
    struct floors *floors;
    int r;
    if (!a->self)
        return (r = store_put_profile(a->call.txn, record)) != 0 ? r : policy_compile(a->call.txn);
    if ((r = floors_read(a, &floors)) != 0 || (r = store_put_profile(a->call.txn, record)) != 0 ||
        (r = policy_compile(a->call.txn)) != 0)
        return r;
    return floors_check(a, floors);
}

/* Which settings another profile held more strictly, is for policy_compile; a profile is loaded
 * whole or not at all. */
static int load(struct gdpop_admin *a, const struct request *q)
{
    struct bytes file = request_file(q, "file");
    Model__Profile record = MODEL__PROFILE__INIT;
    struct profile *p = arena_alloc(a->call.arena, sizeof(*p));
    uint8_t digest[DIGEST_BYTES];
    int r;
    if (!p)
        return GDPOP_ERR_NOMEM;
    if ((r = profile_parse(file, _("the profile"), a->call.arena, p)) != 0 ||
        (r = digest_sm3(&file, 1, digest)) != 0)
        return r;
    record.name = (char *)p->name;
    record.text.data = arena_memdup(a->call.arena, file.data, file.len);
    record.text.len = file.len;
    record.digest.data = digest;
    record.digest.len = sizeof(digest);
    record.systems = p->systems;
    record.n_systems = p->system_count;
    record.loaded_by = (char *)a->actor;
    record.loaded_at = a->now_at;
    char hex[2 * DIGEST_BYTES + 1];
    bytes_to_hex(BYTES(digest, sizeof(digest)), hex);
    if (!record.text.data)
        return GDPOP_ERR_NOMEM;
    admin_reaches(a, NULL, NULL);
    if ((r = put(a, &record)) != 0 ||
        (r = admin_event(a, "profile.load", NULL, p->name, admin_copy(a, hex))) != 0)
        return r;
    return result_message(a, _("profile %s (%s) loaded"), p->name, p->document);
}

static int describe(struct bytes key, void *message, void *arg)
{
    struct gdpop_admin *a = arg;
    const Model__Profile *record = message;
    struct profile *p = arena_alloc(a->call.arena, sizeof(*p));
    struct bytes text =
        BYTES(arena_memdup(a->call.arena, record->text.data, record->text.len), record->text.len);
    char *systems = admin_copy(a, "");
    int r;
    (void)key;
    if (!p || !text.data || !systems)
        return GDPOP_ERR_NOMEM;
    if ((r = profile_parse(text, record->name, a->call.arena, p)) != 0)
        return r;
    for (size_t i = 0; systems && i < p->system_count; i++)
        systems = arena_printf(a->call.arena, "%s%s%s", systems, i ? " " : "", p->systems[i]);
    if ((r = result_row(a, 0)) != 0 || (r = result_text(a, "name", _("Profile"), p->name)) != 0 ||
        (r = result_text(a, "title", _("Title"), p->title)) != 0 ||
        (r = result_text(a, "document", _("Issued as"), p->document)) != 0 ||
        (r = result_text(a, "effective", _("Effective"), p->effective)) != 0 ||
        (r = result_text(a, "lapses", _("Lapses"), p->lapses)) != 0 ||
        (r = result_text(a, "systems", _("Systems"), systems)) != 0 ||
        (r = result_text(a, "loaded_by", _("Loaded by"), record->loaded_by)) != 0)
        return r;
    return result_instant(a, "loaded_at", _("Loaded at"), record->loaded_at);
}

static int list(struct gdpop_admin *a, const struct request *q)
{
    (void)q;
    result_list(a);
    return store_each(a->call.txn, &table_profile, BYTES("", 0), describe, a);
}

static const struct gdpop_param load_params[] = {
    {.name = "file",
     .kind = GDPOP_PARAM_FILE,
     .positional = true,
     .required = true,
     .metavar = "PROFILE",
     .help = N_("the profile: a file, or the name of one that is installed")},
    PARAMS_END,
};

const struct operation operations_profile[] = {
    {.public = {.noun = "profile",
                .verb = "list",
                .help = N_("List the loaded profiles."),
                .duties = GDPOP_DUTY_ANY,
                .example = "",
                .params = (const struct gdpop_param[]){PARAMS_END}},
     .run = list},
    {.public = {.noun = "profile",
                .verb = "load",
                .help = N_("Load a regulation's settings into the policy."),
                .duties = GDPOP_DUTY_SECURITY,
                .writes = true,
                .example = "gd-population",
                .params = load_params},
     .run = load},
    {.public = {.noun = NULL}},
};
