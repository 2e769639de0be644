/* UTF-8, widths, dates and hexadecimal digits from anywhere. */
#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

/* What was read as an instant is spelled and read again as the same. */
static void check_date(const char *text)
{
    int64_t at, again;
    char full[40];
    if (clock_parse(text, 480, true, &at) < 0)
        return;
    clock_format_rfc3339(at, 480, full);
    /* an offset or the end of a day may lead just outside the years that are read */
    if (full[4] == '-' && strncmp(full, "1900", 4) >= 0)
        check(clock_parse(full, 0, false, &again) == 0 && again == at);
    check(clock_months_end(at, 480, 6) > at);
    check(clock_day_start(at, 480, 0) <= at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *hex = malloc(2 * size + 1);
    uint8_t *back = malloc(size + 1);
    if (!text || !hex || !back)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    size_t len = strlen(text);

    long characters = text_length(text, len);
    check(characters <= (long)len);
    check(!text_is_clean(text) || characters >= 0);
    check(text_width(text) <= 2 * len);
    check_date(text);
    err_fail(GDPOP_ERR_FORMAT, "%s", text);
    check(characters < 0 || text_length(err_sentence(), strlen(err_sentence())) >= 0);

    bytes_to_hex(BYTES(data, size), hex);
    check(bytes_from_hex(hex, back, size) == 0 && memcmp(back, data, size) == 0);
    if (bytes_from_hex(text, back, len / 2) == 0)
        check(len % 2 == 0);
    free(text);
    free(hex);
    free(back);
    return 0;
}
