#include "help.h"

#include "arguments.h"
#include "operations.h"

#include <string.h>

#define TEXT_COLUMN 30

/* "  left   text", the text in one column, on its own line when left is too wide. */
static void entry(FILE *out, const char *left, const char *text)
{
    size_t width = gdpop_text_width(left) + 2;
    if (width + 2 > TEXT_COLUMN)
        fprintf(out, "  %s\n%*s%s\n", left, TEXT_COLUMN, "", text);
    else
        fprintf(out, "  %s%*s%s\n", left, (int)(TEXT_COLUMN - width), "", text);
}

static void global_entries(FILE *out)
{
    char left[64];
    fprintf(out, "%s\n", _("Options everywhere:"));
    for (const struct global_option *o = global_options; o->name; o++) {
        snprintf(left, sizeof(left), "--%s%s%s", o->name, o->metavar ? " " : "",
                 o->metavar ? o->metavar : "");
        entry(out, left, _(o->help));
    }
}

static void operation_entries(FILE *out, const char *noun)
{
    const struct gdpop_operation *const *list;
    size_t count = operations_list(&list);
    for (size_t i = 0; i < count; i++)
        if (!noun || strcmp(list[i]->noun, noun) == 0)
            entry(out, operations_title(list[i]), _(list[i]->help));
}

void help_all(FILE *out)
{
    fprintf(out, "%s\n\n", _("Usage: gdpop-admin [OPTION…] NOUN VERB [ARGUMENT…]"));
    fprintf(out, "%s\n", _("Commands:"));
    operation_entries(out, NULL);
    entry(out, "recover …",
          _("any command without an administrator, by break-glass: it is recorded as such"));
    fputc('\n', out);
    global_entries(out);
    fprintf(out, "\n%s\n", _("More: gdpop-admin NOUN VERB --help, and gdpop-admin(8)."));
}

void help_noun(FILE *out, const char *noun)
{
    fprintf(out, _("Usage: gdpop-admin [OPTION…] %s VERB [ARGUMENT…]"), noun);
    fprintf(out, "\n\n%s\n", _("Commands:"));
    operation_entries(out, noun);
    fprintf(out, "\n%s\n", _("More: gdpop-admin NOUN VERB --help, and gdpop-admin(8)."));
}

static const char *metavar(const struct gdpop_param *p)
{
    return p->metavar ? p->metavar : p->choices ? p->choices : p->name;
}

static void param_word(char out[static 128], const struct gdpop_param *p)
{
    const char *more = p->repeated ? "…" : "";
    if (p->positional)
        snprintf(out, 128, "%s%s", metavar(p), more);
    else if (p->kind == GDPOP_PARAM_FLAG)
        snprintf(out, 128, "--%s", p->name);
    else
        snprintf(out, 128, "--%s %s%s", p->name, metavar(p), more);
}

static void usage(FILE *out, const struct gdpop_operation *o)
{
    char word[128];
    fprintf(out, _("Usage: gdpop-admin %s"), operations_title(o));
    for (const struct gdpop_param *p = o->params; p && p->name; p++) {
        if (p->kind == GDPOP_PARAM_SECRET)
            continue;
        param_word(word, p);
        fprintf(out, p->required ? " %s" : " [%s]", word);
    }
    fputc('\n', out);
}

static void duties(FILE *out, const struct gdpop_operation *o)
{
    unsigned people = o->duties & GDPOP_DUTY_ANY;
    if (people == 0 || people == GDPOP_DUTY_ANY || operations_own(o))
        return;
    fprintf(out, "\n%s", _("May be called by the duty:"));
    if (o->duties & GDPOP_DUTY_SYSTEM)
        fprintf(out, " %s", _("system"));
    if (o->duties & GDPOP_DUTY_SECURITY)
        fprintf(out, " %s", _("security"));
    if (o->duties & GDPOP_DUTY_AUDIT)
        fprintf(out, " %s", _("audit"));
    if (o->duties & GDPOP_DUTY_OFFICER)
        fprintf(out, " %s", _("duty-officer"));
    fputc('\n', out);
}

/* Of no duty: break-glass alone may. */
static bool recover_only(const struct gdpop_operation *o)
{
    return o->duties == GDPOP_DUTY_NONE && !operations_own(o);
}

static void witnesses(FILE *out, const struct gdpop_operation *o)
{
    char text[256];
    if (!o->witnessed)
        return;
    snprintf(text, sizeof(text),
             *o->witnessed ? _("Before witnesses, with --%s.") : _("Before witnesses.%s"),
             o->witnessed);
    fprintf(out, "\n%s\n", text);
}

static void param_entries(FILE *out, const struct gdpop_operation *o)
{
    char word[128], text[512];
    if (o->params && o->params->name)
        fprintf(out, "\n%s\n", _("Arguments:"));
    for (const struct gdpop_param *p = o->params; p && p->name; p++) {
        bool asked = p->kind == GDPOP_PARAM_SECRET;
        if (asked)
            snprintf(word, sizeof(word), "(%s)", p->name);
        else
            param_word(word, p);
        snprintf(text, sizeof(text), "%s%s%s%s%s", p->help ? _(p->help) : "",
                 p->choices ? " (" : "", p->choices ? p->choices : "", p->choices ? ")" : "",
                 asked ? _("; asked for") : "");
        entry(out, word, text);
    }
}

void help_operation(FILE *out, const struct gdpop_operation *o)
{
    usage(out, o);
    fprintf(out, "\n%s\n", _(o->help));
    param_entries(out, o);
    duties(out, o);
    witnesses(out, o);
    if (o->example && *o->example)
        fprintf(out, "\n%s\n  gdpop-admin %s%s %s\n", _("Example:"),
                recover_only(o) ? "recover " : "", operations_title(o), o->example);
    fputc('\n', out);
    global_entries(out);
}
