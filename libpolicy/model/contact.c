/* Names, telephones and organisations of people, and what may be shown of a number. */
#include "model/identity.h"

#include "base/err.h"
#include "base/text.h"
#include "model/divisions.h"
#include "model/letters.h"

#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"
#define SMALL "abcdefghijklmnopqrstuvwxyz"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

enum { TYPED_MAX = 256, PERSON_NAME_MAX = 64 /* characters */ };

/* ---- Telephones ---- */

/* Removes blanks, hyphens, dots and brackets in place. */
static void strip_separators(char *text)
{
    char *out = text;
    for (; *text; text++)
        if (!strchr(" -.()'", *text))
            *out++ = *text;
    *out = '\0';
}

static bool is_mobile(const char *n)
{
    return strlen(n) == 11 && n[0] == '1' && n[1] >= '3' && n[1] <= '9';
}

/* 010 and 02x have three digits, other areas four; the number itself has seven or eight. */
static bool is_fixed_line(const char *n)
{
    size_t len = strlen(n);
    if (n[0] != '0' || n[1] == '0' || len < 10)
        return false;
    bool short_area = n[1] == '2' || (n[1] == '1' && n[2] == '0');
    size_t area = short_area ? 3 : 4;
    return len >= area + 7 && len <= area + 8 && n[area] >= '2';
}

/* A number behind "+": code and number, 7 to 15 digits (E.164). */
static bool is_foreign(const char *n)
{
    size_t len = strlen(n), local = len > 3 ? len - 3 : 0;
    if (len < 7 || len > 15 || n[0] == '0')
        return false;
    if (strncmp(n, "852", 3) == 0 || strncmp(n, "853", 3) == 0)
        return local == 8;
    return strncmp(n, "886", 3) != 0 || local == 8 || local == 9;
}

static bool is_mainland(const char *n)
{
    return is_mobile(n) || is_fixed_line(n);
}

/* Puts the number into its one form in place. */
static bool normalise_phone(char *n)
{
    if (n[0] == '0' && n[1] == '0') {
        n[0] = '+';
        memmove(n + 1, n + 2, strlen(n + 2) + 1);
    }
    if (n[0] != '+')
        return n[strspn(n, DIGITS)] == '\0' && is_mainland(n);
    if (n[1 + strspn(n + 1, DIGITS)] != '\0')
        return false;
    if (strncmp(n, "+86", 3) != 0)
        return is_foreign(n + 1);
    if (is_mobile(n + 3)) {
        memmove(n, n + 3, strlen(n + 3) + 1);
        return true;
    }
    size_t skip = n[3] == '0' ? 3 : 2;
    memmove(n, n + skip, strlen(n + skip) + 1);
    n[0] = '0';
    return is_fixed_line(n);
}

int identity_check_phone(const char *text, char *out, size_t out_size)
{
    char n[TYPED_MAX];
    if (out_size > 0)
        *out = '\0';
    if (!letter_copy_plain(text, n, sizeof(n)))
        return err_fail(GDPOP_ERR_FORMAT, _("The telephone number is too long or not UTF-8."));
    if (letter_is_exponent(n))
        return err_fail(GDPOP_ERR_FORMAT,
                        _("The telephone number reads %s: the column was not text. Format it as "
                          "text and type the number again."),
                        n);
    strip_separators(n);
    if (!normalise_phone(n))
        return err_fail(GDPOP_ERR_FORMAT,
                        _("The telephone number must be a mobile number (11 digits, beginning with "
                          "13 to 19), a fixed line with its area code, or + and country code."));
    if (strlen(n) >= out_size)
        return err_fail(GDPOP_ERR_TOO_LONG, _("The telephone number is too long."));
    strcpy(out, n);
    return 0;
}

/* ---- Names ---- */

int identity_check_account_name(const char *name)
{
    size_t len = strlen(name);
    if (len < 1 || len > GDPOP_NAME_MAX_BYTES || strspn(name, SMALL) == 0 ||
        strspn(name, SMALL DIGITS "_-") != len)
        return err_fail(GDPOP_ERR_FORMAT,
                        _("An account name is 1 to %d small letters, digits, _ and -, beginning "
                          "with a letter."),
                        GDPOP_NAME_MAX_BYTES);
    return 0;
}

static bool is_middle_dot(long c)
{
    return c == 0xB7 || c == 0x2022 || c == 0x2027 || c == 0x30FB || c == 0xFF65;
}

static int refuse_name(void)
{
    return err_fail(GDPOP_ERR_FORMAT,
                    _("A person's name is 1 to %d characters of text with at least one letter, "
                      "without control characters."),
                    PERSON_NAME_MAX);
}

int identity_check_person_name(const char *text, char *out, size_t out_size)
{
    char name[PERSON_NAME_MAX * 4 + 1] = "";
    char *at = name;
    const char *stop = text + strlen(text), *end = name + sizeof(name);
    int characters = 0, letters = 0;
    bool blank = false;
    if (out_size > 0)
        *out = '\0';
    if (!text_is_clean(text))
        return refuse_name();
    for (long c; (c = text_next(&text, stop)) >= 0;) {
        if (letter_plain(c) == ' ') {
            blank = characters > 0;
            continue;
        }
        if (letter_is_hidden(c))
            return refuse_name();
        letters += letter_is_letter(c);
        characters += 1 + blank;
        if (characters > PERSON_NAME_MAX || (blank && !letter_append(&at, end, ' ')) ||
            !letter_append(&at, end, is_middle_dot(c) ? 0xB7 : c))
            return refuse_name();
        blank = false;
    }
    if (letters == 0)
        return refuse_name();
    if (strlen(name) >= out_size)
        return err_fail(GDPOP_ERR_TOO_LONG, _("The person's name is too long."));
    strcpy(out, name);
    return 0;
}

/* ---- Organisations ---- */

/* GB 32100: 31 characters (no I, O, S, V, Z), weights 3^i mod 31. */
#define CREDIT_CHARACTERS "0123456789ABCDEFGHJKLMNPQRTUWXY"

static bool has_credit_shape(const char *id)
{
    return strlen(id) == 18 && strspn(id, CREDIT_CHARACTERS) == 18 && strspn(id + 2, DIGITS) >= 6;
}

static char credit_check_character(const char *id)
{
    int sum = 0, weight = 1;
    for (int i = 0; i < 17; i++, weight = weight * 3 % 31)
        sum += (int)(strchr(CREDIT_CHARACTERS, id[i]) - CREDIT_CHARACTERS) * weight;
    return CREDIT_CHARACTERS[(31 - sum % 31) % 31];
}

int identity_check_organisation_id(const char *id)
{
    size_t len = strlen(id);
    if (len < 1 || len > 32 || id[0] == '-' || strspn(id, SMALL CAPITALS DIGITS "-") != len)
        return err_fail(GDPOP_ERR_FORMAT,
                        _("An organisation's id is its unified social credit code, or 1 to 32 "
                          "letters, digits and hyphens of your choice."));
    if (has_credit_shape(id) && credit_check_character(id) != id[17])
        return err_fail(GDPOP_ERR_FORMAT,
                        _("The check character of this unified social credit code does not fit: a "
                          "character is mistyped or two are exchanged."));
    return 0;
}

int identity_check_division(const char *code, bool *known)
{
    *known = false;
    size_t len = strlen(code);
    bool right_length = len == 2 || len == 4 || len == 6 || len == 9 || len == 12;
    if (!right_length || strspn(code, DIGITS) != len || code[0] == '0')
        return err_fail(GDPOP_ERR_FORMAT,
                        _("A division code is 2, 4, 6, 9 or 12 digits, for instance 440000 or "
                          "441900003000."));
    char six[] = "000000";
    memcpy(six, code, len < 6 ? len : 6);
    *known = division_is_known((unsigned)strtoul(six, NULL, 10));
    return 0;
}

/* ---- Masks ---- */

void identity_mask(const char *number, char *out, size_t out_size)
{
    if (out_size == 0)
        return;
    size_t len = strlen(number);
    size_t front = len >= 11 ? 3 : len >= 8 ? 1 : 0;
    size_t back = len >= 11 ? 4 : len >= 8 ? 2 : 0;
    size_t n = len < out_size ? len : out_size - 1;
    for (size_t i = 0; i < n; i++) {
        bool shown = (i < front || i >= len - back) && (unsigned char)number[i] < 0x80;
        out[i] = shown ? number[i] : '*';
    }
    out[n] = '\0';
}
