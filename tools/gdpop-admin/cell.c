#include "cell.h"

#include <stdio.h>
#include <string.h>

#define DIGITS "0123456789"

/* Bytes of the blank at s, 0 when there is none. */
static size_t blank(const char *s)
{
    static const char *const wide[] = {"\u00a0", "\u3000", "\u200b", "\ufeff",
                                       "\u202f", "\u2003", "\u2002", "\u2009"};
    if (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\n')
        return 1;
    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
        if (strncmp(s, wide[i], strlen(wide[i])) == 0)
            return strlen(wide[i]);
    return 0;
}

static bool is_zero_width(const char *s)
{
    return strncmp(s, "\u200b", 3) == 0 || strncmp(s, "\ufeff", 3) == 0;
}

static char *without_blanks(char *s)
{
    char *end = s;
    for (size_t n; (n = blank(s)) > 0;)
        s += n;
    for (char *at = s; *at;) {
        size_t n = blank(at);
        at += n ? n : 1;
        if (n == 0)
            end = at;
    }
    if (end > s)
        *end = '\0';
    return s;
}

char *cell_trimmed(char *cell)
{
    char *s = without_blanks(cell);
    return *s == '\'' ? without_blanks(s + 1) : s;
}

void cell_fold(char *cell)
{
    char *out = cell;
    for (const char *s = cell; *s;) {
        const unsigned char *u = (const unsigned char *)s;
        size_t n = blank(s);
        if (n > 0) {
            if (!is_zero_width(s))
                *out++ = ' ';
            s += n;
        } else if (u[0] == 0xef && u[1] == 0xbc && u[2] >= 0x81) {
            *out++ = (char)(u[2] - 0x81 + '!');
            s += 3;
        } else if (u[0] == 0xef && u[1] == 0xbd && u[2] >= 0x80 && u[2] <= 0x9e) {
            *out++ = (char)(u[2] - 0x80 + '`');
            s += 3;
        } else {
            *out++ = *s++;
        }
    }
    *out = '\0';
}

/* A number of at most so many digits; -1 when there is none. */
static int number(const char **s, size_t most)
{
    size_t n = strspn(*s, DIGITS);
    int value = 0;
    if (n == 0 || n > most)
        return -1;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + ((*s)[i] - '0');
    *s += n;
    return value;
}

static bool skip(const char **s, const char *word)
{
    size_t len = strlen(word);
    if (strncmp(*s, word, len) != 0)
        return false;
    *s += len;
    return true;
}

bool cell_date(const char *cell, char out[static 16])
{
    static const char *const marks[][3] = {
        {"-", "-", ""}, {"/", "/", ""}, {".", ".", ""}, {"年", "月", "日"}};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        const char *s = cell;
        int year = strspn(s, DIGITS) == 4 ? number(&s, 4) : -1, month, day;
        if (year < 0 || !skip(&s, marks[i][0]) || (month = number(&s, 2)) < 0 ||
            !skip(&s, marks[i][1]) || (day = number(&s, 2)) < 0 || !skip(&s, marks[i][2]))
            continue;
        if (*s && strcmp(s, " 0:00") != 0 && strcmp(s, " 0:00:00") != 0 &&
            strcmp(s, " 00:00:00") != 0)
            return false;
        snprintf(out, 16, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100,
                 (unsigned)day % 100);
        return true;
    }
    return false;
}

bool cell_is_rounded(const char *cell)
{
    size_t n = strspn(cell, DIGITS ".,");
    if (n == 0 || (cell[n] != 'E' && cell[n] != 'e'))
        return false;
    const char *exponent = cell + n + 1;
    return *exponent == '+' && strspn(exponent + 1, DIGITS) == strlen(exponent + 1);
}

bool cell_is_error(const char *cell)
{
    static const char *const errors[] = {"#N/A",    "#REF!", "#VALUE!", "#NAME?",
                                         "#DIV/0!", "#NUM!", "#NULL!"};
    if (strspn(cell, "#") >= 3 && strspn(cell, "#") == strlen(cell))
        return true;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (strcmp(cell, errors[i]) == 0)
            return true;
    return false;
}
