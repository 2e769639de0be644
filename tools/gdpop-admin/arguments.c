#include "arguments.h"

#include "operations.h"
#include "say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

const struct global_option global_options[] = {
    {"json", NULL, N_("print JSON instead of tables")},
    {"as", "NAME", N_("act as this administrator, who proves the password now")},
    {"witness", "NAME",
     N_("who witnesses a sensitive command, and proves the password; repeatable")},
    {"password-file", "FILE", N_("read passwords from this file, one a line, instead of asking")},
    {"conf", "FILE", N_("use this configuration instead of the installed one")},
    {"language", "zh|en", N_("language of tables and sentences")},
    {"dry-run", NULL, N_("do everything but write: nothing is changed")},
    {"help", NULL, N_("explain the command")},
    {"version", NULL, N_("print the version")},
    {NULL},
};

static void set_global(struct tool *t, const char *name, const char *value)
{
    if (strcmp(name, "json") == 0)
        t->json = true;
    else if (strcmp(name, "as") == 0)
        t->as = value;
    else if (strcmp(name, "witness") == 0)
        t->witness[t->witness_count++] = value;
    else if (strcmp(name, "password-file") == 0)
        t->password_file = value;
    else if (strcmp(name, "conf") == 0)
        t->conf = value;
    else if (strcmp(name, "language") == 0)
        gdpop_language(value), t->language_chosen = true;
    else if (strcmp(name, "dry-run") == 0)
        t->dry_run = true;
    else if (strcmp(name, "help") == 0)
        t->help = true;
    else
        t->version = true;
}

/* Splits "--name=value"; *value is NULL without "=". name has room for any parameter's name. */
static void split(const char *word, char name[static 64], const char **value)
{
    const char *equals = strchr(word, '=');
    size_t len = equals ? (size_t)(equals - word) : strlen(word);
    *value = equals ? equals + 1 : NULL;
    if (len > 63)
        len = 63;
    memcpy(name, word, len);
    name[len] = '\0';
}

/* The value behind an option: after "=", else the next word, which must not look like an option. */
static const char *next_value(int argc, char **argv, int *at, const char *after_equals)
{
    if (after_equals)
        return after_equals;
    if (*at + 1 >= argc || (argv[*at + 1][0] == '-' && argv[*at + 1][1] == '-'))
        return NULL;
    return argv[++*at];
}

int arguments_global(struct tool *t, int argc, char **argv, int *at)
{
    char name[64];
    const char *value;
    if (strcmp(argv[*at], "-h") == 0) {
        t->help = true;
        return 1;
    }
    if (strncmp(argv[*at], "--", 2) != 0)
        return 0;
    split(argv[*at] + 2, name, &value);
    for (const struct global_option *o = global_options; o->name; o++) {
        if (strcmp(o->name, name) != 0)
            continue;
        if (!o->metavar && value)
            return say(t, GDPOP_ERR_USAGE, _("option --%s takes no value"), name);
        if (o->metavar && !(value = next_value(argc, argv, at, value)))
            return say(t, GDPOP_ERR_USAGE, _("option --%s needs a value: --%s %s"), name, name,
                       o->metavar);
        if (strcmp(name, "language") == 0 && strcmp(value, "zh") != 0 && strcmp(value, "en") != 0)
            return say(t, GDPOP_ERR_USAGE, _("option --language knows zh and en, not \"%s\""),
                       value);
        if (strcmp(name, "witness") == 0 && t->witness_count == WITNESSES_MAX)
            return say(t, GDPOP_ERR_USAGE, _("an act has at most %d witnesses"), WITNESSES_MAX);
        set_global(t, name, value);
        return 1;
    }
    return 0;
}

const struct gdpop_param *arguments_param(const struct gdpop_operation *operation, const char *name)
{
    for (const struct gdpop_param *p = operation->params; p && p->name; p++)
        if (strcmp(p->name, name) == 0)
            return p;
    return NULL;
}

void arguments_early(struct tool *t, int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--json") == 0)
            t->json = true;
        else if (strncmp(argv[i], "--conf=", 7) == 0)
            t->conf = argv[i] + 7;
        else if (strcmp(argv[i], "--conf") == 0 && i + 1 < argc)
            t->conf = argv[++i];
    }
}

static const struct argument *find(const struct call *call, const char *name)
{
    for (size_t i = 0; i < call->count; i++)
        if (strcmp(call->list[i].param->name, name) == 0)
            return &call->list[i];
    return NULL;
}

const char *arguments_value(const struct call *call, const char *name)
{
    const struct argument *a = find(call, name);
    return a ? a->typed : NULL;
}

static bool is_choice(const char *choices, const char *value)
{
    size_t len = strlen(value);
    for (const char *c = choices; *c;) {
        size_t n = strcspn(c, " ");
        if (n == len && memcmp(c, value, n) == 0)
            return true;
        c += n + strspn(c + n, " ");
    }
    return false;
}

static const char *label(const struct gdpop_param *p, char out[static 64])
{
    if (p->positional)
        strncpy(out, p->metavar ? p->metavar : p->name, 63)[63] = '\0';
    else
        snprintf(out, 64, "--%s", p->name);
    return out;
}

static int check_value(struct tool *t, const struct gdpop_param *p, const char *value)
{
    char name[64];
    if (mbstowcs(NULL, value, 0) == (size_t)-1)
        return say(t, GDPOP_ERR_USAGE, _("%s is not UTF-8 text"), label(p, name));
    if (!*value)
        return say(t, GDPOP_ERR_USAGE, _("%s must not be empty"), label(p, name));
    if (p->choices && !is_choice(p->choices, value))
        return say(t, GDPOP_ERR_USAGE, _("%s is one of: %s; not \"%s\""), label(p, name),
                   p->choices, value);
    if (p->kind == GDPOP_PARAM_WORD && strpbrk(value, " \t\r\n"))
        return say(t, GDPOP_ERR_USAGE, _("%s is one word without spaces, not \"%s\""),
                   label(p, name), value);
    if (p->kind == GDPOP_PARAM_NUMBER && strspn(value, "0123456789") != strlen(value))
        return say(t, GDPOP_ERR_USAGE, _("%s is a whole number, not \"%s\""), label(p, name),
                   value);
    return 0;
}

static int take(struct tool *t, struct call *call, const struct gdpop_param *p, const char *value)
{
    char name[64];
    if (!p->repeated && find(call, p->name))
        return say(t, GDPOP_ERR_USAGE, _("%s was given twice; %s takes it once"), label(p, name),
                   operations_title(call->operation));
    int r = check_value(t, p, value);
    if (r)
        return r;
    struct argument *list = realloc(call->list, (call->count + 1) * sizeof(*list));
    if (!list)
        return say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    call->list = list;
    call->list[call->count++] = (struct argument){.param = p, .typed = value};
    return 0;
}

static int unknown_option(struct tool *t, const struct gdpop_operation *operation, const char *name)
{
    char known[1024] = "";
    size_t used = 0;
    for (const struct gdpop_param *p = operation->params; p && p->name; p++)
        if (!p->positional && p->kind != GDPOP_PARAM_SECRET && used < sizeof(known))
            used += (size_t)snprintf(known + used, sizeof(known) - used, "%s--%s", used ? ", " : "",
                                     p->name);
    if (!used)
        return say(t, GDPOP_ERR_USAGE, _("unknown option --%s: %s has no options of its own"), name,
                   operations_title(operation));
    return say(t, GDPOP_ERR_USAGE, _("unknown option --%s: %s knows %s"), name,
               operations_title(operation), known);
}

static int take_option(struct tool *t, struct call *call, int argc, char **argv, int *at)
{
    char name[64];
    const char *value;
    split(argv[*at] + 2, name, &value);
    const struct gdpop_param *p = arguments_param(call->operation, name);
    if (!p || p->positional) {
        int r = arguments_global(t, argc, argv, at);
        return r == 0 ? unknown_option(t, call->operation, name) : r < 0 ? r : 0;
    }
    if (p->kind == GDPOP_PARAM_SECRET)
        return say(t, GDPOP_ERR_USAGE,
                   _("--%s is a secret and never an argument: it is asked for, or read from "
                     "--password-file"),
                   name);
    if (p->kind == GDPOP_PARAM_FLAG)
        return value ? say(t, GDPOP_ERR_USAGE, _("option --%s takes no value"), name)
                     : take(t, call, p, "yes");
    value = next_value(argc, argv, at, value);
    if (!value)
        return say(t, GDPOP_ERR_USAGE, _("option --%s needs a value: --%s %s"), name, name,
                   p->metavar   ? p->metavar
                   : p->choices ? p->choices
                                : "");
    return take(t, call, p, value);
}

static int take_positional(struct tool *t, struct call *call, const char *value)
{
    for (const struct gdpop_param *p = call->operation->params; p && p->name; p++)
        if (p->positional && (p->repeated || !find(call, p->name)))
            return take(t, call, p, value);
    return say(t, GDPOP_ERR_USAGE, _("\"%s\" is one argument too many for %s"), value,
               operations_title(call->operation));
}

static int check_missing(struct tool *t, const struct call *call)
{
    for (const struct gdpop_param *p = call->operation->params; p && p->name; p++) {
        if (!p->required || p->kind == GDPOP_PARAM_SECRET || find(call, p->name))
            continue;
        const char *help = p->help ? _(p->help) : "";
        if (p->positional)
            return say(t, GDPOP_ERR_USAGE, _("%s needs %s: %s"), operations_title(call->operation),
                       p->metavar ? p->metavar : p->name, help);
        return say(t, GDPOP_ERR_USAGE, _("%s needs --%s %s: %s"), operations_title(call->operation),
                   p->name, p->metavar ? p->metavar : "", help);
    }
    return 0;
}

int arguments_parse(struct tool *t, const struct gdpop_operation *operation, int argc, char **argv,
                    struct call *call)
{
    bool words_only = false;
    *call = (struct call){.operation = operation};
    for (int i = 0; i < argc; i++) {
        int r;
        if (!words_only && strcmp(argv[i], "--") == 0) {
            words_only = true;
            continue;
        }
        if (!words_only && strcmp(argv[i], "-h") == 0) {
            t->help = true;
            continue;
        }
        if (!words_only && strncmp(argv[i], "--", 2) == 0)
            r = take_option(t, call, argc, argv, &i);
        else
            r = take_positional(t, call, argv[i]);
        if (r)
            return r;
    }
    return t->help ? 0 : check_missing(t, call);
}

void arguments_free(struct call *call)
{
    for (size_t i = 0; i < call->count; i++) {
        if (call->list[i].content)
            explicit_bzero(call->list[i].content, call->list[i].content_len);
        free(call->list[i].content);
    }
    free(call->list);
    *call = (struct call){0};
}
