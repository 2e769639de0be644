#include "register.h"

#include "act.h"
#include "actor.h"
#include "init_file.h"
#include "prompt.h"
#include "render.h"
#include "say.h"
#include "shape.h"
#include "signals.h"
#include "user_files.h"

#include <stdlib.h>
#include <string.h>

/* The agreement that the learner accepted: its full text, of which the digest is kept. */
static const struct member pledge_members[] = {
    {"kind", SHAPE_TEXT, true}, {"date", SHAPE_TEXT, true}, {"text", SHAPE_TEXT, true}, {NULL}};

static const struct member form_members[] = {{"user", SHAPE_TEXT, true},
                                             {"name", SHAPE_TEXT, true},
                                             {"id_number", SHAPE_TEXT, true},
                                             {"document_type", SHAPE_TEXT, false},
                                             {"organisation", SHAPE_TEXT, true},
                                             {"department", SHAPE_TEXT, false},
                                             {"post", SHAPE_TEXT, true},
                                             {"phone", SHAPE_TEXT, true},
                                             {"system", SHAPE_TEXT, true},
                                             {"role", SHAPE_TEXT, false},
                                             {"pledge", SHAPE_OBJECT, true, pledge_members},
                                             {NULL}};

struct registration {
    struct tool *t;
    const char *path;
    json_t *forms; /* a list */
    struct gdpop_admin *act;
};

static int call(struct registration *g, size_t index, const char *noun, const char *verb,
                const struct pair *pairs, size_t count, const struct gdpop_result **result)
{
    int r = act_call(g->act, noun, verb, pairs, count, result);
    return r ? say(g->t, r, "%s: [%zu]: %s", g->path, index, gdpop_error()) : 0;
}

#define CALL(g, index, noun, verb, pairs, result)                                                  \
    call(g, index, noun, verb, pairs, sizeof(pairs) / sizeof((pairs)[0]), result)

static int enter(struct registration *g, size_t index)
{
    const json_t *f = json_array_get(g->forms, index), *pledge = json_object_get(f, "pledge");
    const struct gdpop_result *result;
    const char *role = init_text(f, "role"), *text = init_text(pledge, "text");
    const struct pair person[] = {{"name", init_text(f, "name")},
                                  {"id-number", init_text(f, "id_number")},
                                  {"document-type", init_text(f, "document_type")},
                                  {"org", init_text(f, "organisation")},
                                  {"department", init_text(f, "department")},
                                  {"post", init_text(f, "post")},
                                  {"phone", init_text(f, "phone")},
                                  {"or-existing", "yes"}};
    int r = CALL(g, index, "person", "add", person, &result);
    if (r)
        return r;
    const char *field = act_field(result, "id");
    char *id = strdup(field ? field : "");
    if (!id)
        return say(g->t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    const struct pair account[] = {{NULL, init_text(f, "user")},
                                   {"person", id},
                                   {"system", init_text(f, "system")},
                                   {"role", role ? role : "learner"}};
    const struct pair agreement[] = {{"person", id},
                                     {"kind", init_text(pledge, "kind")},
                                     {"date", init_text(pledge, "date")},
                                     {NULL, text, strlen(text)}};
    r = CALL(g, index, "account", "apply", account, &result);
    if (r == 0)
        r = CALL(g, index, "agreement", "file", agreement, &result);
    free(id);
    return r;
}

static int show(struct registration *g, char **answer)
{
    size_t n = json_array_size(g->forms);
    struct gdpop_row *rows = calloc(n + 1, sizeof(*rows));
    struct gdpop_field *fields = calloc(n + 1, sizeof(*fields));
    char message[96];
    int r = GDPOP_ERR_NOMEM;
    snprintf(message, sizeof(message), _("%zu registrations were entered."), n);
    for (size_t i = 0; rows && fields && i < n; i++) {
        fields[i] = (struct gdpop_field){"user", _("Account"), GDPOP_FIELD_TEXT,
                                         init_text(json_array_get(g->forms, i), "user")};
        rows[i] = (struct gdpop_row){1, &fields[i], 0};
    }
    const struct gdpop_result result = {true, true, n, rows, message};
    if (rows && fields)
        r = render(g->t, &result, NULL, answer);
    free(rows);
    free(fields);
    return r;
}

static int with_store(struct registration *g, const char *actor, char **answer)
{
    int r = gdpop_admin_begin(g->t->g, actor, g->t->recover ? GDPOP_ADMIN_RECOVER : 0, &g->act);
    if (r)
        return say_library(g->t, r);
    for (size_t i = 0; i < json_array_size(g->forms) && r == 0; i++)
        r = enter(g, i);
    if (r == 0)
        r = act_commit(g->t, g->act);
    if (r == 0)
        r = show(g, answer);
    gdpop_admin_end(g->act);
    return r;
}

/* One form, or a list of them. */
static int read_forms(struct registration *g, char **bytes)
{
    struct problems problems = {0};
    json_error_t error;
    size_t len;
    int r = user_file_read(g->t, g->path, false, bytes, &len);
    if (r)
        return r;
    json_t *root = json_loadb(*bytes, len, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        return say(g->t, GDPOP_ERR_FORMAT, "%s:%d:%d: %s", g->path, error.line, error.column,
                   error.text);
    g->forms = json_is_array(root) ? root : json_array();
    if (g->forms != root)
        json_array_append_new(g->forms, root);
    for (size_t i = 0; i < json_array_size(g->forms); i++) {
        char place[32];
        json_t *form = json_array_get(g->forms, i);
        snprintf(place, sizeof(place), "[%zu]", i);
        if (json_is_object(form))
            shape_check(form, form_members, place, &problems);
        else
            problems_add(&problems, GDPOP_ERR_FORMAT, strdup(place), 0, 0,
                         _("%s: each registration is an object { }"), place);
    }
    if (problems.count)
        r = problems_say(g->t, &problems, _("nothing was written: correct the file first"));
    problems_free(&problems);
    return r;
}

static int run_register(struct tool *t, struct call *c)
{
    struct registration g = {.t = t, .path = arguments_value(c, "file")};
    const char *actor = NULL;
    char *bytes = NULL, *answer = NULL;
    int r = read_forms(&g, &bytes);
    if (r == 0 && !t->recover)
        r = actor_find(t, false, &actor);
    prompt_end();
    if (r == 0) {
        signals_hold();
        r = with_store(&g, actor, &answer);
        signals_release();
    }
    if (answer)
        fputs(answer, stdout);
    if (answer && t->dry_run)
        say_note(_("dry run: nothing was written"));
    free(answer);
    json_decref(g.forms);
    free(bytes);
    return r;
}

static const struct gdpop_param register_params[] = {
    {"file", GDPOP_PARAM_TEXT, true, true, false, "FILE.json",
     N_("the form, or several in a list; - for standard input")},
    {NULL},
};

const struct own_command register_command = {
    {"account", "register", N_("Register learners from the form that they filled in, as JSON."),
     "forms.json", GDPOP_DUTY_SYSTEM, true, register_params},
    run_register,
};
