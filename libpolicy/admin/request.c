#include "admin/admin.h"

#include <ctype.h>
#include <stdlib.h>

static const struct gdpop_param *find_param(const struct gdpop_operation *o, const char *name)
{
    for (const struct gdpop_param *p = o->params; p->name; p++)
        if (strcmp(p->name, name) == 0)
            return p;
    return NULL;
}

static bool is_choice(const char *choices, const char *value)
{
    size_t len = strlen(value);
    for (const char *at = choices; *at; at += strspn(at, " ")) {
        size_t word = strcspn(at, " ");
        if (word == len && strncmp(at, value, len) == 0)
            return true;
        at += word;
    }
    return false;
}

/* What is said is recorded whole, with what was changed behind it. */
enum { TEXT_MAX_BYTES = 480 };

static int check_value(const struct gdpop_param *p, const struct gdpop_arg *arg)
{
    if (p->kind == GDPOP_PARAM_FILE || p->kind == GDPOP_PARAM_SECRET ||
        p->kind == GDPOP_PARAM_OUT || p->kind == GDPOP_PARAM_STREAM ||
        p->kind == GDPOP_PARAM_SHEET || p->kind == GDPOP_PARAM_SOURCE)
        return 0;
    if (strlen(arg->value) != arg->len || !text_is_clean(arg->value))
        return err_fail(GDPOP_ERR_USAGE, _("%s is not clean UTF-8 text"), p->name);
    if (arg->value[0] == '\0')
        return err_fail(GDPOP_ERR_USAGE, _("%s is empty"), p->name);
    if (arg->len > TEXT_MAX_BYTES)
        return err_fail(GDPOP_ERR_USAGE,
                        _("%s is longer than %d bytes (a Chinese character is 3): put the rest on "
                          "the paper"),
                        p->name, TEXT_MAX_BYTES);
    if (p->kind == GDPOP_PARAM_WORD && strpbrk(arg->value, " \t"))
        return err_fail(GDPOP_ERR_USAGE, _("%s may not hold spaces: \"%s\""), p->name, arg->value);
    if (p->choices && !is_choice(p->choices, arg->value))
        return err_fail(GDPOP_ERR_USAGE, _("%s must be one of: %s (it is \"%s\")"), p->name,
                        p->choices, arg->value);
    if (p->kind == GDPOP_PARAM_NUMBER && arg->value[strspn(arg->value, "0123456789")])
        return err_fail(GDPOP_ERR_USAGE, _("%s must be a number, it is \"%s\""), p->name,
                        arg->value);
    return 0;
}

static const char *value_of(const struct gdpop_arg *args, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(args[i].name, name) == 0)
            return args[i].value;
    return "";
}

/* Who asks for what cannot be undone has typed its name twice. */
static int check_confirmed(const struct gdpop_operation *o, const struct gdpop_param *confirm,
                           const struct gdpop_arg *args, size_t count)
{
    const struct gdpop_param *p = o->params;
    while (p->name && strcmp(p->metavar ? p->metavar : "", confirm->metavar) != 0)
        p++;
    const char *wanted = value_of(args, count, p->name), *typed = value_of(args, count, "confirm");
    if (!wanted[0] ||
        strcmp(wanted, typed) == 0) /* left out: the operation asks for another word */
        return 0;
    if (!typed[0])
        return err_fail(GDPOP_ERR_REFUSED,
                        _("%s %s cannot be undone: confirm it by typing --confirm %s"), o->noun,
                        o->verb, wanted);
    return err_fail(GDPOP_ERR_REFUSED,
                    _("%s %s cannot be undone, and \"%s\" is not \"%s\": nothing was done"),
                    o->noun, o->verb, typed, wanted);
}

int request_check(const struct gdpop_operation *o, const struct gdpop_arg *args, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct gdpop_param *p = find_param(o, args[i].name);
        if (!p)
            return err_fail(GDPOP_ERR_USAGE, _("%s %s has no option --%s"), o->noun, o->verb,
                            args[i].name);
        for (size_t k = 0; k < i && !p->repeated; k++)
            if (strcmp(args[k].name, args[i].name) == 0)
                return err_fail(GDPOP_ERR_USAGE, _("--%s is given twice"), p->name);
        int r = check_value(p, &args[i]);
        if (r != 0)
            return r;
    }
    for (const struct gdpop_param *p = o->params; p->name; p++) {
        bool given = false;
        for (size_t i = 0; i < count; i++)
            given |= strcmp(args[i].name, p->name) == 0;
        if (p->required && !given && p->kind != GDPOP_PARAM_OUT)
            return err_fail(GDPOP_ERR_USAGE,
                            p->positional ? _("%s %s needs %s: %s") : _("%s %s needs --%s: %s"),
                            o->noun, o->verb, p->positional ? p->metavar : p->name,
                            text_get(p->help));
    }
    const struct gdpop_param *confirm = find_param(o, "confirm");
    /* Where a flag makes the difference between looking and doing, looking needs none. */
    bool looks = o->witnessed && o->witnessed[0] && !value_of(args, count, o->witnessed)[0];
    return confirm && !looks ? check_confirmed(o, confirm, args, count) : 0;
}

static const struct gdpop_arg *find_arg(const struct request *q, const char *name)
{
    for (size_t i = 0; i < q->count; i++)
        if (strcmp(q->args[i].name, name) == 0)
            return &q->args[i];
    return NULL;
}

const char *request_text(const struct request *q, const char *name)
{
    const struct gdpop_arg *arg = find_arg(q, name);
    return arg ? arg->value : NULL;
}

const char *request_word(const struct request *q, const char *name)
{
    const char *text = request_text(q, name);
    return text ? text : "";
}

bool request_flag(const struct request *q, const char *name)
{
    return find_arg(q, name) != NULL;
}

struct bytes request_file(const struct request *q, const char *name)
{
    const struct gdpop_arg *arg = find_arg(q, name);
    return arg ? BYTES(arg->value, arg->len) : BYTES(NULL, 0);
}

int request_all(struct gdpop_admin *a, const struct request *q, const char *name, char ***list,
                size_t *count)
{
    *count = 0;
    *list = arena_alloc(a->call.arena, (q->count + 1) * sizeof(**list));
    if (!*list)
        return GDPOP_ERR_NOMEM;
    for (size_t i = 0; i < q->count; i++) {
        if (strcmp(q->args[i].name, name) != 0)
            continue;
        if (((*list)[*count] = admin_copy(a, q->args[i].value)) == NULL)
            return GDPOP_ERR_NOMEM;
        ++*count;
    }
    return 0;
}

int request_instant(struct gdpop_admin *a, const struct request *q, const char *name,
                    bool end_of_day, int64_t *at)
{
    const char *text = request_text(q, name);
    *at = 0;
    if (!text)
        return 0;
    int r = clock_parse(text, a->utc_offset_min, end_of_day, at);
    return r == 0 ? 0 : err_prefix(GDPOP_ERR_USAGE, "--%s", name);
}

int request_duration(const struct request *q, const char *name, int64_t *microseconds)
{
    const char *text = request_text(q, name);
    char *end;
    *microseconds = 0;
    if (!text)
        return 0;
    unsigned long number = isdigit((unsigned char)text[0]) ? strtoul(text, &end, 10) : 0;
    int64_t unit = number == 0 || number > 100000 || end[0] == '\0' || end[1] ? 0
                   : end[0] == 'd'                                            ? CLOCK_DAY
                   : end[0] == 'h'                                            ? 3600 * CLOCK_SECOND
                   : end[0] == 'm'                                            ? 60 * CLOCK_SECOND
                                                                              : 0;
    if (unit == 0)
        return err_fail(GDPOP_ERR_USAGE,
                        _("--%s must be a duration such as 30d, 12h or 90m, it is \"%s\""), name,
                        text);
    *microseconds = (int64_t)number * unit;
    return 0;
}
