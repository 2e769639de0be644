/* What Chinese staff write in a table for the words that operations take. */
#ifndef GDPOP_ADMIN_COLUMN_WORDS_H
#define GDPOP_ADMIN_COLUMN_WORDS_H

/* The word for the value of a parameter ("level", "省级": "province"); the value itself where it is
 * none of them, the words themselves included. value is folded
 * as by cell_fold. Static, or value. */
const char *column_word(const char *param, const char *value);

#endif
