/* gdpop-admin's half of storm_import: its headers are not to meet the library's inner ones. */
#ifndef GDPOP_TESTS_STORM_ENTRY_H
#define GDPOP_TESTS_STORM_ENTRY_H

enum { ENTRY_ID_BYTES = 65 };

/* The table's name in the store, and the organisation that a row adds. */
void entry_table(unsigned table, char out[ENTRY_ID_BYTES]);
void entry_id(unsigned table, unsigned row, char out[ENTRY_ID_BYTES]);

/* In a child: enters the table, and ends the process: 0 when it is whole. */
void entry_run(const char *conf, unsigned table, unsigned rows) __attribute__((noreturn));

#endif
