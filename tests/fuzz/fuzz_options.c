/* The module's arguments in a PAM configuration: zero bytes end them. What is not known is always
 * told, and only an absolute path is taken. */
#include "../../pam_gdpop/options.c"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORDS_MAX = 32 };

static bool is_known(const char *word)
{
    if (strncmp(word, "conf=/", 6) == 0)
        return true;
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++)
        if (strcmp(word, switches[i].name) == 0)
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *words[WORDS_MAX], *unknown = NULL;
    struct options o;
    int count = 0;
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    for (size_t at = 0; at <= size && count < WORDS_MAX; at += strlen(text + at) + 1) {
        words[count] = text + at;
        if (!unknown && !is_known(words[count]))
            unknown = words[count];
        count++;
    }
    options_parse(&o, count, words);
    if (o.unknown != unknown || (o.conf_path && o.conf_path[0] != '/'))
        abort();
    free(text);
    return 0;
}
