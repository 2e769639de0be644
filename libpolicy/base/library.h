/* Libraries that few calls need, loaded when one does: every login would pay for them. */
#ifndef GDPOP_BASE_LIBRARY_H
#define GDPOP_BASE_LIBRARY_H

#include <stddef.h>

/* A function of the library, and where its address goes: a pointer to functions of its type. */
struct library_function {
    const char *name;
    void *pointer;
};

/* For a table whose members are called as the library's functions are. */
#define LIBRARY_FUNCTION(table, function)                                                          \
    {                                                                                              \
#function, &(table).function                                                               \
    }

/* Loads the library, known by its soname, and fills in all pointers; it stays loaded. To be called
 * before each use: it does so once. Errors: GDPOP_ERR_SYSTEM, the function is not to be called
 * then. */
int library_load(const char *soname, const struct library_function *functions, size_t count);

#endif
