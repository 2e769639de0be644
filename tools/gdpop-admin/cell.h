/* Cells as input methods and spreadsheets leave them. No messages; nothing grows. */
#ifndef GDPOP_ADMIN_CELL_H
#define GDPOP_ADMIN_CELL_H

#include <stdbool.h>

/* The cell without the blanks around it (NBSP, ideographic and zero-width ones too), which are
 * overwritten, and without the apostrophe by which a spreadsheet marks text. */
char *cell_trimmed(char *cell);

/* Full-width forms to ASCII, blanks of any width to ' ', zero-width ones removed; in place. */
void cell_fold(char *cell);

/* 2026/5/1, 2026.5.1, 2026-5-1, 2026年5月1日, with or without a time of midnight behind it: the day
 * as 2026-05-01 in out. false when the cell is none of these. */
bool cell_date(const char *cell, char out[static 16]);

/* 4.40301E+17: what a spreadsheet makes of a long number in a cell that is not text. */
bool cell_is_rounded(const char *cell);

/* #####, #N/A, #REF!, …: what a spreadsheet writes where it has no value to show. */
bool cell_is_error(const char *cell);

#endif
