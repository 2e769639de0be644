#include "act.h"

#include "actor.h"
#include "copy.h"
#include "locked_out.h"
#include "operations.h"
#include "progress.h"
#include "prompt.h"
#include "render.h"
#include "say.h"
#include "sheet.h"
#include "signals.h"
#include "user_files.h"
#include "witness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAIRS_MAX 64

int act_call(struct gdpop_admin *a, const char *noun, const char *verb, const struct pair *pairs,
             size_t count, const struct gdpop_result **result)
{
    struct gdpop_arg args[PAIRS_MAX];
    size_t n = 0;
    const struct gdpop_operation *o = operations_find(noun, verb);
    const struct gdpop_param *next = o ? o->params : NULL;
    for (size_t i = 0; i < count && n < PAIRS_MAX; i++) {
        const char *name = pairs[i].name;
        if (!name) {
            while (next && next->name && !next->positional)
                next++;
            name = next && next->name ? next++->name : "";
        }
        if (pairs[i].value)
            args[n++] = (struct gdpop_arg){name, pairs[i].value,
                                           pairs[i].len ? pairs[i].len : strlen(pairs[i].value)};
    }
    return gdpop_admin_call(a, noun, verb, args, n, result);
}

const char *act_field(const struct gdpop_result *result, const char *name)
{
    if (!result || result->count == 0)
        return NULL;
    for (size_t i = 0; i < result->rows[0].count; i++)
        if (strcmp(result->rows[0].fields[i].name, name) == 0)
            return result->rows[0].fields[i].text;
    return NULL;
}

int act_commit(struct tool *t, struct gdpop_admin *a)
{
    if (signals_ended())
        return say(t, GDPOP_ERR_REFUSED, _("stopped: nothing was written"));
    if (t->dry_run)
        return 0;
    int r = gdpop_admin_commit(a);
    if (r)
        return say_library(t, r);
    if (*gdpop_error())
        say_note(_("done, but not all of it shows yet: %s"), gdpop_error());
    return 0;
}

/* The library reads it itself; the descriptor closes with the program. */
static int open_source(struct tool *t, struct argument *a)
{
    int fd, r = user_file_open(t, a->typed, &fd);
    if (r)
        return r;
    a->content = say_format("%d", fd);
    a->content_len = a->content ? strlen(a->content) : 0;
    return a->content ? 0 : say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
}

/* What takes time or asks the user is done before the store is opened. */
static int read_files(struct tool *t, struct call *call)
{
    int r = 0;
    for (size_t i = 0; i < call->count && r == 0; i++) {
        struct argument *a = &call->list[i];
        if (a->param->kind == GDPOP_PARAM_SOURCE)
            r = open_source(t, a);
        if (a->param->kind != GDPOP_PARAM_FILE)
            continue;
        if (strcmp(call->operation->noun, "profile") == 0)
            r = user_profile_read(t, a->typed, &a->content, &a->content_len);
        else
            r = user_file_read(t, a->typed, false, &a->content, &a->content_len);
    }
    return r;
}

static bool makes_file(const struct gdpop_param *p)
{
    return p->kind == GDPOP_PARAM_OUT || p->kind == GDPOP_PARAM_STREAM ||
           p->kind == GDPOP_PARAM_SHEET;
}

static bool makes_sheet(const struct call *call)
{
    for (size_t i = 0; i < call->count; i++)
        if (call->list[i].param->kind == GDPOP_PARAM_SHEET)
            return true;
    return false;
}

static bool has_file(const struct call *call)
{
    for (size_t i = 0; i < call->count; i++)
        if (makes_file(call->list[i].param))
            return true;
    return false;
}

static int create_out(struct tool *t, const struct call *call, struct out_file *out)
{
    for (size_t i = 0; i < call->count && !t->dry_run; i++) {
        const struct argument *g = &call->list[i];
        if (makes_file(g->param))
            return g->param->kind == GDPOP_PARAM_STREAM ? out_file_begin(t, g->typed, out)
                                                        : out_file_create(t, g->typed, out);
    }
    return 0;
}

/* Takes answer. */
static int add_answer(struct tool *t, struct call *call, const struct gdpop_param *p, char *answer)
{
    struct argument *list = realloc(call->list, (call->count + 1) * sizeof(*list));
    if (!list) {
        prompt_free(answer);
        return say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    }
    call->list = list;
    call->list[call->count++] = (struct argument){p, "", answer, strlen(answer)};
    return 0;
}

/* A passphrase that may be none is asked for when a key that was given is encrypted. */
static bool is_wanted(const struct call *call, const struct gdpop_param *p)
{
    bool encrypted = p->required;
    for (size_t i = 0; i < call->count; i++)
        encrypted |= call->list[i].content && strstr(call->list[i].content, "ENCRYPTED");
    return encrypted;
}

static int ask_secrets(struct tool *t, struct call *call)
{
    for (const struct gdpop_param *p = call->operation->params; p && p->name; p++) {
        char label[128], *answer;
        if (p->kind != GDPOP_PARAM_SECRET || !is_wanted(call, p))
            continue;
        snprintf(label, sizeof(label), "%s: ", p->help ? _(p->help) : p->name);
        int r = prompt_ask(t, label, false, &answer);
        if (r == 0)
            r = add_answer(t, call, p, answer);
        if (r)
            return r;
    }
    return 0;
}

/* What is to be typed once more; a dry run needs no confirmation. Without a terminal the library
 * says which option is missing. */
static int ask_confirmation(struct tool *t, struct call *call)
{
    const struct gdpop_param *confirm = arguments_param(call->operation, "confirm");
    if (!confirm || confirm->kind != GDPOP_PARAM_CONFIRM || arguments_value(call, "confirm"))
        return 0;
    const struct gdpop_param *p = call->operation->params;
    while (strcmp(p->metavar ? p->metavar : "", confirm->metavar) != 0)
        p++;
    const char *wanted = arguments_value(call, p->name), *doing = call->operation->witnessed;
    char *answer = NULL, *label;
    int r = 0;
    if (!wanted || (doing && *doing && !arguments_value(call, doing)))
        return 0;
    if (t->dry_run) {
        answer = strdup(wanted);
    } else {
        label = say_format(_("%s cannot be undone. Type %s to go on: "),
                           operations_title(call->operation), wanted);
        r = prompt_confirm(t, label ? label : "", &answer);
        free(label);
    }
    return r || !answer || !*answer ? (prompt_free(answer), r)
                                    : add_answer(t, call, confirm, answer);
}

static int call_library(struct tool *t, struct gdpop_admin *a, const struct call *call,
                        int stream_fd, const struct gdpop_result **result)
{
    char descriptor[16];
    struct gdpop_arg *args = calloc(call->count + 1, sizeof(*args));
    if (!args)
        return say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    for (size_t i = 0; i < call->count; i++) {
        const struct argument *g = &call->list[i];
        args[i] = g->content ? (struct gdpop_arg){g->param->name, g->content, g->content_len}
                             : (struct gdpop_arg){g->param->name, g->typed, strlen(g->typed)};
        if (g->param->kind == GDPOP_PARAM_STREAM) {
            snprintf(descriptor, sizeof(descriptor), "%d", stream_fd);
            args[i] = (struct gdpop_arg){g->param->name, descriptor, strlen(descriptor)};
        }
    }
    const struct gdpop_operation *o = call->operation;
    int r = gdpop_admin_call(a, o->noun, o->verb ? o->verb : "", args, call->count, result);
    free(args);
    return r ? say_library(t, r) : 0;
}

/* What the library streams it writes itself. */
static int hand_over(struct tool *t, const struct call *call, const struct gdpop_result *result,
                     struct out_file *out)
{
    for (size_t i = 0; i < call->count; i++)
        if (call->list[i].param->kind == GDPOP_PARAM_STREAM)
            return 0;
    if (out->fd < 0 || makes_sheet(call))
        return 0;
    const char *secret = act_field(result, "secret");
    if (!secret)
        return say(t, GDPOP_ERR_INTERNAL, _("the operation gave no secret to write to %s"),
                   out->path);
    return out_file_write(t, out, secret);
}

unsigned act_flags(const struct tool *t, const char *actor)
{
    return t->restore   ? GDPOP_ADMIN_RESTORE
           : t->recover ? GDPOP_ADMIN_RECOVER
           : actor      ? 0
                        : GDPOP_ADMIN_HOST;
}

/* Whether the store does not open, which `status` is to tell with what mends it. */
static bool is_to_be_told(const struct tool *t, const struct call *call, int r)
{
    return strcmp(call->operation->noun, "status") == 0 && !t->as && r != GDPOP_ERR_BUSY &&
           r != GDPOP_ERR_NOMEM && say_exit_code(r) == EXIT_SYSTEM;
}

static int begin_call(struct tool *t, const char *actor, const struct call *call, int stream_fd,
                      struct gdpop_admin **a, const struct gdpop_result **result)
{
    unsigned flags = act_flags(t, actor) | (call->operation->writes ? 0 : GDPOP_ADMIN_READ);
    int r = gdpop_admin_begin(t->g, actor, flags, a);
    if (r && is_to_be_told(t, call, r)) {
        t->closed = r;
        r = gdpop_admin_begin(t->g, NULL, GDPOP_ADMIN_CLOSED | GDPOP_ADMIN_READ, a);
    }
    if (r)
        return say_library(t, r);
    r = call_library(t, *a, call, stream_fd, result);
    progress_end();
    return r;
}

/* A change that might lock people out is tried first; with the store closed again it is told whom,
 * and then made. */
static int try_first(struct tool *t, const char *actor, const struct call *call, int stream_fd,
                     struct gdpop_admin **a, const struct gdpop_result **result, char **locked_out)
{
    char *text = NULL;
    size_t count = 0;
    int r = call->operation->writes ? locked_out_find(t, *a, locked_out, &text, &count) : 0;
    if (r == 0 && *locked_out) {
        gdpop_admin_end(*a);
        *a = NULL;
        r = locked_out_ask(t, text, count);
        if (r == 0)
            r = begin_call(t, actor, call, stream_fd, a, result);
    }
    free(text);
    return r;
}

/* What is shown; the rows of a sheet go into its file, once the store is free again. */
static int show(struct tool *t, const struct call *call, const struct gdpop_result *result,
                struct out_file *out, const char *locked_out, char **answer)
{
    struct gdpop_result shown = *result;
    if (!makes_sheet(call))
        return render(t, result, locked_out, answer);
    shown.list = false;
    shown.count = 0;
    int r = sheet_write(t, result, arguments_value(call, "format"), out);
    return r ? r : render(t, &shown, locked_out, answer);
}

/* The answer is kept as text: it is printed only once the store is closed, since a terminal or a
 * pager may stand still. */
static int with_store(struct tool *t, const char *actor, const struct call *call,
                      struct out_file *out, struct copy *copy, char **answer, bool *committed)
{
    struct gdpop_admin *a = NULL;
    const struct gdpop_result *result = NULL;
    char *locked_out = NULL;
    bool ok = false;
    int stream_fd = copy->source ? fileno(copy->source) : out->fd;
    int r = begin_call(t, actor, call, stream_fd, &a, &result);
    if (r == 0)
        r = try_first(t, actor, call, stream_fd, &a, &result, &locked_out);
    if (r == 0)
        r = hand_over(t, call, result, out);
    if (r == 0)
        r = act_commit(t, a);
    if (r == 0 && copy->source)
        r = copy_make(t, a, copy, out);
    if (r == 0) {
        *committed = !t->dry_run;
        ok = result->ok;
        if (result->list && result->count == 0 && !*result->message && !t->json &&
            isatty(STDERR_FILENO))
            say_note(_("there are none"));
        r = show(t, call, result, out, locked_out, answer);
        if (makes_sheet(call))
            *committed &= r == 0; /* half a list is none */
    }
    gdpop_admin_end(a);
    free(locked_out);
    return r ? r : t->closed ? t->closed : ok ? 0 : GDPOP_ERR_REFUSED;
}

/* A command may take its format as an option of its own; JSON is the same either way. */
static void take_format(struct tool *t, const struct call *call)
{
    const char *format = arguments_value(call, "format");
    if (format && strcmp(format, "json") == 0)
        t->json = true;
}

int act_run(struct tool *t, struct call *call)
{
    struct out_file out = {.fd = -1};
    struct copy copy = {.manifest.fd = -1};
    const char *actor = NULL;
    char *answer = NULL;
    bool host_may = call->operation->duties & GDPOP_DUTY_HOST;
    take_format(t, call);
    int r = t->recover || t->restore ? 0 : actor_find(t, host_may, &actor);
    if (r == 0)
        r = witness_ask(t, actor, call);
    if (r == 0)
        r = read_files(t, call);
    if (r == 0)
        r = ask_secrets(t, call);
    prompt_end();
    if (r == 0)
        r = ask_confirmation(t, call);
    if (r == 0) {
        bool committed = false;
        signals_hold();
        r = create_out(t, call, &out);
        if (r == 0)
            r = copy_begin(t, call, &out, &copy);
        if (r == 0)
            r = with_store(t, actor, call, &out, &copy, &answer, &committed);
        int named = committed ? out_file_finish(t, &out) : 0;
        out_file_close(&out, committed && named == 0);
        int ended = copy_end(t, &copy, committed && named == 0);
        r = r ? r : named ? named : ended;
        signals_release();
    }
    if (answer)
        fputs(answer, stdout);
    if (answer && !*answer && out.path && r == 0 && !t->dry_run && !t->json)
        say_note(_("%s was written"), out.path);
    if (answer && t->dry_run && (call->operation->writes || has_file(call)))
        say_note(_("dry run: nothing was written"));
    free(answer);
    return r;
}
