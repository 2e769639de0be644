/* Identity documents, telephones, names: checked as the sources ask (GD-8: real name, document
 * number, unit, post, telephone). */
#ifndef GDPOP_MODEL_IDENTITY_H
#define GDPOP_MODEL_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Puts a number into its one form: full-width to ASCII, look-alikes of X (x, Х, Ⅹ, ×) to X, spaces,
 * NBSP and a leading apostrophe removed, upper case. Errors: GDPOP_ERR_FORMAT (the sentence says
 * what; a spreadsheet's 4.41E+17 or a number that has lost digits is recognised and said),
 * GDPOP_ERR_TOO_LONG. */
int identity_normalise(const char *text, char *out, size_t out_size);

/* type: resident (18 digits, GB 11643 checksum, birth date, not in the future of now_at, not before
 * 1880), residence-permit (18, begins 81/82/83, same checksum), hkm-permit (H or M and 8 digits, or
 * 10), tw-permit (8 digits), foreign-permit (15 old: 3 letters 12 digits; 18 new begins 9),
 * passport (letters and digits, 5 to 17). Unknown region codes only set *warning (static text or
 * NULL). number must be normalised. Errors: GDPOP_ERR_FORMAT with a sentence. */
int identity_check_document(const char *type, const char *number, int64_t now_at,
                            const char **warning);

/* The document type of a normalised number when it can be told ("resident" or "residence-permit"),
 * else NULL. */
const char *identity_guess_type(const char *number);

/* Mainland mobile (11 digits, 1[3-9]) or fixed line (area code), Hong Kong/Macao/Taiwan or other
 * numbers with +code; in out digits only ("13800138000", "076922221111") or "+85291234567". */
int identity_check_phone(const char *text, char *out, size_t out_size);

/* Account name: [a-z][a-z0-9_-]{0,31}, as useradd(8); GDPOP_ERR_FORMAT otherwise. */
int identity_check_account_name(const char *name);

/* A person's name: 1 to 64 characters, clean UTF-8, at least one letter; the middle dots ·•・ are
 * unified to U+00B7 in out, blanks around it removed, blanks inside one each. */
int identity_check_person_name(const char *text, char *out, size_t out_size);

/* Organisation id: chosen [A-Za-z0-9-]{1,32} not beginning with -, or an 18-character unified
 * social credit code whose checksum (GB 32100) must hold. */
int identity_check_organisation_id(const char *id);

/* Division code: 2, 4, 6, 9 or 12 digits; *known says whether its first six digits stand in the
 * shipped list. */
int identity_check_division(const char *code, bool *known);

/* "440***********0015": what may be shown of a number; "138****5678" of a telephone; shorter ones
 * show less, under 8 characters nothing. Cut to out_size. */
void identity_mask(const char *number, char *out, size_t out_size);

#endif
