#include "init.h"

#include "act.h"
#include "init_calls.h"
#include "render.h"
#include "signals.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Paths in the file are relative to the file. */
static char *beside(const char *file, const char *path)
{
    const char *slash = strrchr(file, '/');
    if (*path == '/' || !slash)
        return strdup(path);
    return say_format("%.*s%s", (int)(slash - file + 1), file, path);
}

static int read_beside(struct init *in, const char *path, struct content *content)
{
    char *whole = beside(in->file.path, path);
    int r = whole ? user_file_read(in->t, whole, false, &content->bytes, &content->len)
                  : say(in->t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    free(whole);
    return r;
}

/* A public key may stand in the file itself. */
static bool is_inline_key(const char *text)
{
    return strchr(text, ' ') && (strncmp(text, "ssh-", 4) == 0 || strncmp(text, "sk-", 3) == 0 ||
                                 strncmp(text, "ecdsa-", 6) == 0);
}

static int read_papers(struct init *in, struct first_administrator *a)
{
    const char *approval = init_text(json_object_get(a->json, "approval"), "file");
    const char *agreement = init_text(json_object_get(a->json, "agreement"), "file");
    const char *key = init_text(json_object_get(a->json, "device"), "key");
    int r = read_beside(in, approval, &a->paper);
    if (r == 0)
        r = read_beside(in, agreement, &a->agreement);
    if (r || !key)
        return r;
    if (!is_inline_key(key))
        return read_beside(in, key, &a->key);
    a->key = (struct content){strdup(key), strlen(key)};
    return a->key.bytes ? 0 : say(in->t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
}

static int read_profiles(struct init *in, const struct call *call)
{
    int r = 0;
    in->profiles = calloc(call->count + 1, sizeof(*in->profiles));
    if (!in->profiles)
        return say(in->t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    for (size_t i = 0; i < call->count && r == 0; i++)
        if (strcmp(call->list[i].param->name, "profile") == 0) {
            struct content *c = &in->profiles[in->profile_count++];
            r = user_profile_read(in->t, call->list[i].typed, &c->bytes, &c->len);
        }
    return r;
}

/* GD-11.1: accounts choose inside the province's catalogue from the first on. */
static int read_roles(struct init *in, const char *path)
{
    if (path && strcmp(path, "none") == 0)
        return 0;
    if (!path && access(GDPOP_ROLES_FILE, F_OK) != 0) {
        say_note(_("there is no role catalogue %s, so none is loaded; see role load"),
                 GDPOP_ROLES_FILE);
        return 0;
    }
    return user_file_read(in->t, path ? path : GDPOP_ROLES_FILE, false, &in->roles.bytes,
                          &in->roles.len);
}

static int read_administrators(struct init *in, const char *secrets)
{
    int r = 0;
    in->administrator_count = init_file_count(&in->file, "administrators");
    in->person_count = init_file_count(&in->file, "persons");
    in->administrators = calloc(in->administrator_count + 1, sizeof(*in->administrators));
    in->person_ids = calloc(in->person_count + 1, sizeof(*in->person_ids));
    if (!in->administrators || !in->person_ids)
        return say(in->t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    for (size_t i = 0; i < in->administrator_count; i++)
        in->administrators[i].secret.fd = -1;
    for (size_t i = 0; i < in->administrator_count && r == 0; i++) {
        struct first_administrator *a = &in->administrators[i];
        a->json = init_file_at(&in->file, "administrators", i);
        a->secret_path = say_format("%s/%s.password", secrets, init_text(a->json, "account"));
        r = read_papers(in, a);
    }
    return r;
}

static int create_secrets(struct init *in, const char *directory)
{
    int r = in->t->dry_run ? 0 : user_directory(in->t, directory);
    for (size_t i = 0; i < in->administrator_count && r == 0 && !in->t->dry_run; i++) {
        struct first_administrator *a = &in->administrators[i];
        if (strchr(init_text(a->json, "account"), '/'))
            return say(in->t, GDPOP_ERR_FORMAT, _("%s: administrators[%zu].account: not a name"),
                       in->file.path, i);
        r = out_file_create(in->t, a->secret_path, &a->secret);
    }
    for (size_t i = 0; i < INIT_KEPT && r == 0 && !in->t->dry_run; i++) {
        in->kept_path[i] = say_format("%s/%s", directory, init_kept[i].file);
        r = in->kept_path[i] ? out_file_create(in->t, in->kept_path[i], &in->kept[i])
                             : GDPOP_ERR_NOMEM;
    }
    return r;
}

static int show(struct init *in, char **answer)
{
    size_t n = in->administrator_count;
    struct gdpop_row *rows = calloc(n + 1, sizeof(*rows));
    struct gdpop_field(*fields)[3] = calloc(n + 1, sizeof(*fields));
    int r = GDPOP_ERR_NOMEM;
    for (size_t i = 0; rows && fields && i < n; i++) {
        const struct first_administrator *a = &in->administrators[i];
        fields[i][0] = (struct gdpop_field){"account", _("Account"), GDPOP_FIELD_TEXT,
                                            init_text(a->json, "account")};
        const char *duty = init_text(a->json, "duty");
        fields[i][1] = (struct gdpop_field){"duty", _("Duty"), GDPOP_FIELD_TEXT, duty,
                                            duty ? gdpop_text(duty) : NULL};
        fields[i][2] = (struct gdpop_field){"password_file", _("Initial password"),
                                            GDPOP_FIELD_TEXT, a->secret_path};
        rows[i] = (struct gdpop_row){3, fields[i], 0};
    }
    const struct gdpop_result result = {
        true, true, n, rows,
        in->t->dry_run
            ? NULL
            : _("The store is ready. Hand each administrator the file with the initial password, "
                "and the "
                "auditor seal-key and checkpoint.pem, which are to be kept off this host.")};
    if (rows && fields)
        r = render(in->t, &result, NULL, answer);
    free(rows);
    free(fields);
    return r;
}

/* The store comes first: where there is one already, that is told, and no file is made. */
static int with_store(struct init *in, const char *directory, char **answer, bool *committed)
{
    int r = gdpop_admin_begin(in->t->g, NULL, GDPOP_ADMIN_INIT, &in->act);
    if (r)
        return say_library(in->t, r);
    r = create_secrets(in, directory);
    if (r == 0)
        r = init_calls(in);
    if (r == 0)
        r = act_commit(in->t, in->act);
    *committed = r == 0 && !in->t->dry_run;
    gdpop_admin_end(in->act);
    return r ? r : show(in, answer);
}

static void free_init(struct init *in)
{
    for (size_t i = 0; in->profiles && i < in->profile_count; i++)
        free(in->profiles[i].bytes);
    for (size_t i = 0; in->administrators && i < in->administrator_count; i++) {
        struct first_administrator *a = &in->administrators[i];
        free(a->paper.bytes);
        free(a->agreement.bytes);
        free(a->key.bytes);
        free(a->secret_path);
    }
    for (size_t i = 0; in->person_ids && i < in->person_count; i++)
        free(in->person_ids[i]);
    for (size_t i = 0; i < INIT_KEPT; i++)
        free(in->kept_path[i]);
    free(in->profiles);
    free(in->roles.bytes);
    free(in->administrators);
    free(in->person_ids);
    init_file_free(&in->file);
}

static int run_init(struct tool *t, struct call *call)
{
    struct init in = {.t = t, .kept = {{.fd = -1}, {.fd = -1}}};
    const char *directory = arguments_value(call, "secrets");
    char *answer = NULL;
    bool committed = false;
    int r = init_file_read(t, arguments_value(call, "admins"), &in.file);
    if (r == 0)
        r = read_profiles(&in, call);
    if (r == 0)
        r = read_roles(&in, arguments_value(call, "roles"));
    if (r == 0)
        r = read_administrators(&in, directory);
    signals_hold();
    if (r == 0)
        r = with_store(&in, directory, &answer, &committed);
    for (size_t i = 0; in.administrators && i < in.administrator_count; i++)
        out_file_close(&in.administrators[i].secret, committed);
    for (size_t i = 0; i < INIT_KEPT; i++)
        out_file_close(&in.kept[i], committed);
    signals_release();
    if (answer)
        fputs(answer, stdout);
    if (answer && t->dry_run)
        say_note(_("dry run: nothing was written"));
    free(answer);
    free_init(&in);
    return r;
}

static const struct gdpop_param init_params[] = {
    {"admins", GDPOP_PARAM_TEXT, false, true, false, "FILE.json",
     N_("the first organisations, persons, administrators and this host; see gdpop-admin(8)")},
    {"secrets", GDPOP_PARAM_TEXT, false, true, false, "DIR",
     N_("directory for the initial passwords, one file an administrator, and the auditor's keys")},
    {"profile", GDPOP_PARAM_TEXT, false, false, true, "PROFILE",
     N_("regulation to load: the name of one that ships, or a path")},
    {"roles", GDPOP_PARAM_TEXT, false, false, false, "FILE",
     N_("the province's catalogue of roles, the one that ships when left out; none: none yet")},
    {NULL},
};

const struct own_command init_command = {
    {"init", "", N_("Make keys and store, and enter the first administrators on their papers."),
     "--admins first.json --secrets /root/secrets --profile gd-population --profile db-3",
     GDPOP_DUTY_NONE, true, init_params},
    run_init,
};
