#include "base/catalogue.h"
#include "base/text.h"
#include "gdpop.h"

#include <stdint.h>
#include <string.h>

static _Thread_local bool chinese;

/* Number i of the table at byte `table` of the catalogue (msgfmt writes little-endian). */
static uint32_t number_at(uint32_t table, uint32_t i)
{
    const unsigned char *p = text_catalogue + table + 4 * i;
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* GNU MO: [0] magic [1] revision [2] count [3] originals [4] translations; each of these tables has
 * (length, offset) per sentence, the originals sorted by strcmp. */
static const char *sentence_at(uint32_t table, uint32_t i)
{
    return (const char *)text_catalogue + number_at(table, 2 * i + 1);
}

static const char *look_up(const char *english)
{
    uint32_t originals = number_at(0, 3), translations = number_at(0, 4);
    uint32_t low = 0, high = number_at(0, 2);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(english, sentence_at(originals, middle));
        if (order == 0)
            return sentence_at(translations, middle);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return english;
}

const char *text_get(const char *english)
{
    /* the empty text names the catalogue's header */
    if (!chinese || english[0] == '\0')
        return english;
    return look_up(english);
}

const char *text_language(const char *language)
{
    const char *before = chinese ? "zh" : "en";
    if (language)
        chinese = strcmp(language, "zh") == 0;
    return before;
}

const char *gdpop_language(const char *language)
{
    return text_language(language);
}

const char *gdpop_text(const char *english)
{
    return text_get(english);
}
