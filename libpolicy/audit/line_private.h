/* What reading a line of both forms shares: its values (line_read.c, with CSV), JSON
 * (line_json.c). */
#ifndef GDPOP_AUDIT_LINE_PRIVATE_H
#define GDPOP_AUDIT_LINE_PRIVATE_H

#include "audit/line.h"

/* Whether the column is one of line->text. */
static inline bool line_is_text(int column)
{
    return column >= 2 && column < 18;
}

static inline void line_take_text(struct trail_line *line, int column, const char *value,
                                  size_t len)
{
    line->text[column - 2] = value;
    line->text_len[column - 2] = len;
}

/* The value of a column, closed by a zero. GDPOP_ERR_FORMAT. */
int line_take(struct trail_line *line, int column, const char *value, size_t len);
/* The column of that name, looked for at `expected` first; -1: none. */
int line_column(const char *name, int expected);
/* p..end: a whole line. GDPOP_ERR_FORMAT. */
int line_read_json(char *p, const char *end, struct trail_line *line);

#endif
