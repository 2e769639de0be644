/* The command line of gdpop-admin, one word a line: noun and verb of any command, and what follows
 * is matched to it. Each word ends up in one place at most, and what is asked for completion is
 * answered. */
#include "arguments.h"
#include "complete.h"
#include "operations.h"

#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORDS_MAX = 64 };

static void check(const struct call *call, int r, int argc)
{
    if (r != 0 && r != GDPOP_ERR_USAGE)
        abort();
    if (call->count > (size_t)argc)
        abort();
    for (size_t i = 0; i < call->count; i++) {
        const struct gdpop_param *p = call->list[i].param;
        if (!call->list[i].typed[0] || p->kind == GDPOP_PARAM_SECRET)
            abort();
        for (size_t k = 0; k < i; k++)
            if (call->list[k].param == p && !p->repeated)
                abort();
    }
}

/* The first byte of the first line chooses the command, so that all are met. */
static const struct gdpop_operation *choose(const char *word)
{
    const struct gdpop_operation *const *list;
    size_t count = operations_list(&list), n = 0;
    for (; *word; word++)
        n = n * 31 + (uint8_t)*word;
    return count ? list[n % count] : NULL;
}

static void parse(int argc, char **argv)
{
    struct tool t = {0};
    struct call call;
    const struct gdpop_operation *o = argc > 1 ? operations_find(argv[0], argv[1]) : NULL;
    int from = o ? 2 : 1;
    if (argc == 0 || (!o && !(o = choose(argv[0]))))
        return;
    arguments_early(&t, argc, argv);
    int r = arguments_parse(&t, o, argc - from, argv + from, &call);
    check(&call, r, argc);
    arguments_free(&call);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *nowhere;
    char *words[WORDS_MAX + 1], *rest, *text = malloc(size + 1);
    int count = 0;
    if (!nowhere) {
        setlocale(LC_CTYPE, "C.UTF-8");
        nowhere = fopen("/dev/null", "we");
    }
    if (!text || !nowhere)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    rest = text;
    while (count < WORDS_MAX && (words[count] = strsep(&rest, "\n")))
        count++;
    words[count] = NULL;
    parse(count, words);
    complete_words(nowhere, count, words);
    free(text);
    return 0;
}
