/* Characters as people and input methods type them. Within this room only. */
#ifndef GDPOP_MODEL_LETTERS_H
#define GDPOP_MODEL_LETTERS_H

#include <stdbool.h>
#include <stddef.h>

/* Full-width forms to ASCII, blanks of any width (NBSP, ideographic, zero-width) to ' ', dashes to
 * '-'; other characters as they are. */
long letter_plain(long c);

/* An invisible character that reorders or hides text. */
bool letter_is_hidden(long c);

/* Part of a word in some script; not a digit, mark, symbol or emoji. */
bool letter_is_letter(long c);

static inline bool letter_is_digit(long c)
{
    return c >= '0' && c <= '9';
}

/* Copies text with letter_plain over each character. false when it is not UTF-8 or does not fit; a
 * plain text is never longer than the one typed. */
bool letter_copy_plain(const char *text, char *out, size_t out_size);

/* A spreadsheet's way of writing a long number: 4.41E+17. text is plain and without blanks. */
bool letter_is_exponent(const char *text);

/* Appends one character as UTF-8 at *at and closes with a zero; false when less than that much room
 * is left before end. */
bool letter_append(char **at, const char *end, long c);

#endif
