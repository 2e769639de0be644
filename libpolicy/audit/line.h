/* One event as a line of an export: JSON Lines or CSV (the form is in gdpop-audit(5)). What a line
 * shows is what was chained: the event's bytes are made again from its fields, so a changed field
 * does not fit its digest. */
#ifndef GDPOP_AUDIT_LINE_H
#define GDPOP_AUDIT_LINE_H

#include "crypto/digest.h"
#include "model/records.pb-c.h"
#include <stdbool.h>

enum { LINE_TEXTS = 16, LINE_COLUMNS = 22, LINE_MAX_BYTES = 1 << 16 };

enum line_format { LINE_JSONL, LINE_CSV };

struct trail_line {
    uint64_t sequence, epoch;
    int64_t at, uptime;
    const char
        *text[LINE_TEXTS]; /* boot_id … code, in the order of records.proto; closed by zeros */
    size_t text_len[LINE_TEXTS];
    bool sealed;
    uint8_t digest[DIGEST_BYTES], mac[DIGEST_BYTES];
};

enum {
    TEXT_HOST = 1,
    TEXT_ACTOR = 2,
    TEXT_SUBJECT = 3,
    TEXT_ACTION = 4,
    TEXT_OBJECT = 5,
    TEXT_OUTCOME = 6,
    TEXT_TAG = 8,
    TEXT_SERVICE = 9,
    TEXT_ADDRESS = 10,
    TEXT_DEVICE = 12,
    TEXT_DETAIL = 14
};

/* Names of the members or columns, in order. */
extern const char *const line_columns[LINE_COLUMNS];

/* Texts stay the event's. */
void line_from(const Model__Event *e, const Model__TrailEntry *entry, struct trail_line *line);

/* Writes the line with its end; the length, 0 when it is longer than LINE_MAX_BYTES. */
size_t line_write(const struct trail_line *line, enum line_format format, int utc_offset_min,
                  char out[static LINE_MAX_BYTES]);
/* The line above the first: BOM and column names of CSV, nothing of JSON Lines. */
size_t line_write_head(enum line_format format, char out[static LINE_MAX_BYTES]);

/* Reads the line (closed by a zero, its end taken off) in place: texts point into it. csv_order:
 * what line_read_head found. GDPOP_ERR_FORMAT without a sentence. */
int line_read(char *text, size_t len, enum line_format format, const uint8_t *csv_order,
              struct trail_line *line);
/* Columns of a CSV file by its first line: order[i] is the index in line_columns of column i,
 * order[LINE_COLUMNS] whether others stand behind them. */
int line_read_head(char *text, size_t len, uint8_t order[static LINE_COLUMNS + 1]);

/* The bytes that were chained; 0 when they do not fit. */
size_t line_pack(const struct trail_line *line, uint8_t out[static LINE_MAX_BYTES]);

/* "2026-11-22T16:45:19.123456+08:00", always 32 characters, without a zero. */
void line_put_instant(int64_t at, int utc_offset_min, char out[static 32]);

/* Members of a flat JSON object, one after the other: *p begins behind "{" and goes behind each
 * member. 1: *name and *value (text unescaped in place, numbers as text), 0: the object has ended.
 * GDPOP_ERR_FORMAT. */
int line_member(char **p, char **name, char **value, size_t *len);

/* A comma and the text as a field of CSV, guarded against spreadsheets that would compute it; the
 * length. out has room for 2 * len + 4. */
size_t line_put_csv(const char *text, size_t len, char *out);
/* Text as a JSON string with its quotes; the length. out has room for 6 * strlen(text) + 2. */
size_t line_put_text(const char *text, size_t len, char *out);

#endif
