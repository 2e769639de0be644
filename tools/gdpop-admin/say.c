#include "say.h"

#include "progress.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

static const struct {
    int code;
    int exit;
    const char *name;
} errors[] = {
    {GDPOP_ERR_INTERNAL, EXIT_SYSTEM, "INTERNAL"},
    {GDPOP_ERR_ARGUMENT, EXIT_SYSTEM, "ARGUMENT"},
    {GDPOP_ERR_NOMEM, EXIT_SYSTEM, "NOMEM"},
    {GDPOP_ERR_SYSTEM, EXIT_SYSTEM, "SYSTEM"},
    {GDPOP_ERR_CONFIG, EXIT_SYSTEM, "CONFIG"},
    {GDPOP_ERR_STORE, EXIT_SYSTEM, "STORE"},
    {GDPOP_ERR_BUSY, EXIT_SYSTEM, "BUSY"},
    {GDPOP_ERR_FULL, EXIT_SYSTEM, "FULL"},
    {GDPOP_ERR_KEY, EXIT_SYSTEM, "KEY"},
    {GDPOP_ERR_SEAL, EXIT_SYSTEM, "SEAL"},
    {GDPOP_ERR_NOT_FOUND, EXIT_REFUSED, "NOT_FOUND"},
    {GDPOP_ERR_EXISTS, EXIT_REFUSED, "EXISTS"},
    {GDPOP_ERR_REFUSED, EXIT_REFUSED, "REFUSED"},
    {GDPOP_ERR_NOT_AUTHORISED, EXIT_NOT_AUTHORISED, "NOT_AUTHORISED"},
    {GDPOP_ERR_FORMAT, EXIT_USAGE, "FORMAT"},
    {GDPOP_ERR_TOO_LONG, EXIT_USAGE, "TOO_LONG"},
    {GDPOP_ERR_USAGE, EXIT_USAGE, "USAGE"},
    {GDPOP_ERR_CLOCK, EXIT_SYSTEM, "CLOCK"},
    {GDPOP_ERR_CRYPTO, EXIT_SYSTEM, "CRYPTO"},
    {GDPOP_ERR_TRAIL, EXIT_SYSTEM, "TRAIL"},
};

static const char *error_name(int code)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (errors[i].code == code)
            return errors[i].name;
    return "INTERNAL";
}

int say_exit_code(int r)
{
    if (r == 0)
        return EXIT_DONE;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (errors[i].code == r)
            return errors[i].exit;
    return EXIT_SYSTEM;
}

void say_clean(FILE *out, const char *text)
{
    mbstate_t state = {0};
    for (size_t left = strlen(text); left > 0;) {
        wchar_t c;
        size_t n = mbrtowc(&c, text, left, &state);
        bool whole = n != (size_t)-1 && n != (size_t)-2 && n > 0;
        if (whole && (iswprint((wint_t)c) || c == L'\n')) {
            fwrite(text, 1, n, out);
        } else {
            n = whole ? n : 1;
            for (size_t i = 0; i < n; i++)
                fprintf(out, "\\x%02x", (unsigned char)text[i]);
            memset(&state, 0, sizeof(state));
        }
        text += n;
        left -= n;
    }
}

char *say_format(const char *format, ...)
{
    char *text = NULL;
    va_list ap;
    va_start(ap, format);
    int n = vasprintf(&text, format, ap);
    va_end(ap);
    return n < 0 ? NULL : text;
}

static void print_json_error(int code, const char *sentence, json_t *problems)
{
    json_t *error =
        json_pack("{s:i, s:s, s:s}", "code", code, "name", error_name(code), "sentence", sentence);
    if (error && problems)
        json_object_set(error, "problems", problems);
    json_t *top = json_pack("{s:o}", "error", error);
    if (top) {
        json_dumpf(top, stdout, JSON_INDENT(2));
        fputc('\n', stdout);
    }
    json_decref(top);
}

static void print_line(const char *sentence)
{
    fputs("gdpop-admin: ", stderr);
    say_clean(stderr, sentence);
    fputc('\n', stderr);
}

int say(const struct tool *t, int code, const char *sentence, ...)
{
    progress_end();
    char *text = NULL;
    va_list ap;
    va_start(ap, sentence);
    int n = vasprintf(&text, sentence, ap);
    va_end(ap);
    const char *said = n < 0 ? gdpop_strerror(GDPOP_ERR_NOMEM) : text;
    print_line(said);
    if (t->json)
        print_json_error(code, said, NULL);
    if (n >= 0)
        free(text);
    return code;
}

int say_library(const struct tool *t, int code)
{
    progress_end();
    const char *sentence = gdpop_error();
    return say(t, code, "%s", sentence && *sentence ? sentence : gdpop_strerror(code));
}

void say_note(const char *sentence, ...)
{
    progress_end();
    char *text = NULL;
    va_list ap;
    va_start(ap, sentence);
    int n = vasprintf(&text, sentence, ap);
    va_end(ap);
    if (n < 0)
        return;
    print_line(text);
    free(text);
}

/* A refusal is milder than a wrong file, and that than a system that does not work. */
static int graver(int a, int b)
{
    return say_exit_code(b) > say_exit_code(a) ? b : a;
}

void problems_add(struct problems *p, int code, char *place, size_t line, size_t column,
                  const char *sentence, ...)
{
    char *text = NULL;
    va_list ap;
    va_start(ap, sentence);
    int n = vasprintf(&text, sentence, ap);
    va_end(ap);
    struct problem *list = realloc(p->list, (p->count + 1) * sizeof(*list));
    if (list)
        p->list = list;
    if (!list || n < 0 || !place) {
        p->code = GDPOP_ERR_NOMEM;
        free(place);
        if (n >= 0)
            free(text);
        return;
    }
    p->code = graver(p->code, code);
    p->list[p->count++] = (struct problem){place, line, column, text};
}

int problems_say(const struct tool *t, const struct problems *p, const char *sentence)
{
    progress_end();
    json_t *list = t->json ? json_array() : NULL;
    for (size_t i = 0; i < p->count; i++) {
        const struct problem *one = &p->list[i];
        say_note("%s: %s", one->place, one->sentence);
        if (!list)
            continue;
        json_t *o = json_pack("{s:s, s:s}", "place", one->place, "sentence", one->sentence);
        if (o && one->line)
            json_object_set_new(o, "line", json_integer((json_int_t)one->line));
        if (o && one->column)
            json_object_set_new(o, "column", json_integer((json_int_t)one->column));
        json_array_append_new(list, o);
    }
    print_line(sentence);
    if (t->json)
        print_json_error(p->code, sentence, list);
    json_decref(list);
    return p->code;
}

void problems_free(struct problems *p)
{
    for (size_t i = 0; i < p->count; i++) {
        free(p->list[i].place);
        free(p->list[i].sentence);
    }
    free(p->list);
    *p = (struct problems){0};
}
