/* What an auditor reads comes from a host that may be an attacker's: lines of exports, statements,
 * seal keys. Whatever is read as an event is written and read back as the same. */
#include "audit/kept.h"
#include "audit/line.h"
#include "audit/statement.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *copy_of(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

static void write_and_read(const struct trail_line *line, enum line_format format)
{
    static char text[LINE_MAX_BYTES];
    static uint8_t packed[LINE_MAX_BYTES], again[LINE_MAX_BYTES];
    uint8_t order[LINE_COLUMNS + 1];
    struct trail_line back;
    for (uint8_t i = 0; i < LINE_COLUMNS; i++)
        order[i] = i;
    size_t len = line_write(line, format, 480, text);
    for (int i = 0; i < LINE_TEXTS; i++)
        if (memchr(line->text[i], '\n', line->text_len[i]) ||
            memchr(line->text[i], '\r', line->text_len[i]))
            return; /* never in an event: the trail escapes them */
    if (len == 0 || line->at < 0 || line->at > INT64_C(4102444800000000))
        return;
    len -= format == LINE_CSV ? 2 : 1;
    text[len] = '\0';
    size_t one = line_pack(line, packed);
    if (line_read(text, len, format, order, &back) < 0)
        abort();
    size_t two = line_pack(&back, again);
    if (one != two || memcmp(packed, again, one) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trail_anchor *anchors = NULL;
    struct trail_line line;
    struct statement statement;
    struct verifier verifier;
    uint8_t order[LINE_COLUMNS + 1];
    size_t count = 0;
    bool good;
    char *text = copy_of(data, size);
    if (line_read(text, strlen(text), LINE_JSONL, NULL, &line) == 0) {
        write_and_read(&line, LINE_JSONL);
        write_and_read(&line, LINE_CSV);
    }
    free(text);
    text = copy_of(data, size);
    if (line_read_head(text, strlen(text), order) < 0)
        for (uint8_t i = 0; i < LINE_COLUMNS; i++)
            order[i] = i;
    free(text);
    text = copy_of(data, size);
    line_read(text, strlen(text), LINE_CSV, order, &line);
    free(text);
    text = copy_of(data, size);
    statement_read(text, NULL, &statement, &good);
    free(text);
    verifier_init(&verifier);
    kept_seal_key(&verifier, BYTES(data, size), "key");
    kept_anchors(BYTES(data, size), "anchor", NULL, &anchors, &count);
    verifier_wipe(&verifier);
    free(anchors);
    return 0;
}
