/* Numbers of identity documents. */
#include "model/identity.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "model/divisions.h"
#include "model/letters.h"

#include <string.h>

enum {
    NUMBER_LENGTH = 18,     /* of a resident number and what is built like it */
    CIVIL_OFFSET_MIN = 480, /* birth dates are Chinese days */
    TYPED_MAX = 256,        /* bytes of what was typed */
    BIRTH_YEAR_MIN = 1880,
};

#define DIGITS "0123456789"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool is_apostrophe(long c)
{
    return c == '\'' || c == '`' || c == 0x2018 || c == 0x2019 || c == 0xB4;
}

/* x, Cyrillic, Greek, Roman ten, the multiplication sign: what stands for the check digit X. */
static bool looks_like_x(long c)
{
    static const long alike[] = {'x', 0xD7, 0x425, 0x445, 0x3A7, 0x3C7, 0x2169, 0x2179, 0x2715};
    for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++)
        if (c == alike[i])
            return true;
    return false;
}

/* GB 11643: weights 2^(17-i) mod 11. */
static char check_digit(const char *number)
{
    static const int weight[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int i = 0; i < 17; i++)
        sum += (number[i] - '0') * weight[i];
    return "10X98765432"[sum % 11];
}

static bool has_number_shape(const char *number)
{
    return strlen(number) == NUMBER_LENGTH && strspn(number, DIGITS) >= 17 &&
           (letter_is_digit(number[17]) || number[17] == 'X');
}

/* A spreadsheet keeps 15 digits of a number and writes zeros for the rest. */
static bool has_lost_digits(const char *number)
{
    return strspn(number, DIGITS) == NUMBER_LENGTH && number[NUMBER_LENGTH] == '\0' &&
           strcmp(number + 15, "000") == 0 && check_digit(number) != '0';
}

static int check_whole(const char *plain)
{
    if (*plain == '\0')
        return err_fail(GDPOP_ERR_FORMAT, _("The document number is empty."));
    if (letter_is_exponent(plain))
        return err_fail(GDPOP_ERR_FORMAT,
                        _("The document number reads %s: the column was not text, and the "
                          "spreadsheet has lost digits. Format the column as text and type the "
                          "number again."),
                        plain);
    if (has_lost_digits(plain))
        return err_fail(GDPOP_ERR_FORMAT,
                        _("The document number ends in 000 and its check digit is wrong: the "
                          "column was not text, and the spreadsheet has lost the last three "
                          "digits. Format the column as text and type the number again."));
    size_t good = strspn(plain, DIGITS CAPITALS);
    if (plain[good] != '\0')
        return err_fail(GDPOP_ERR_FORMAT,
                        _("Character %zu of the document number is neither a digit nor a letter."),
                        good + 1);
    return 0;
}

static int normalise(const char *text, char *out, size_t out_size)
{
    const char *stop = text + strlen(text), *end = out + out_size;
    char *at = out;
    bool first = true;
    if (text_length(text, (size_t)(stop - text)) < 0)
        return err_fail(GDPOP_ERR_FORMAT, _("The document number is not UTF-8 text."));
    for (long c; (c = text_next(&text, stop)) >= 0;) {
        c = letter_plain(c);
        if (c == ' ' || (first && is_apostrophe(c)))
            continue;
        first = false;
        if (looks_like_x(c))
            c = 'X';
        else if (c >= 'a' && c <= 'z')
            c -= 'a' - 'A';
        if (!letter_append(&at, end, c))
            return err_fail(GDPOP_ERR_TOO_LONG, _("The document number is too long."));
    }
    return 0;
}

int identity_normalise(const char *text, char *out, size_t out_size)
{
    char plain[TYPED_MAX] = "";
    if (out_size > 0)
        *out = '\0';
    int r = normalise(text, plain, sizeof(plain));
    if (r == 0)
        r = check_whole(plain);
    if (r == 0 && strlen(plain) >= out_size)
        r = err_fail(GDPOP_ERR_TOO_LONG, _("The document number is too long."));
    if (r == 0)
        strcpy(out, plain);
    return r;
}

static int digits_value(const char *digits, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++)
        value = value * 10 + (digits[i] - '0');
    return value;
}

static int check_birth_date(const char *number, int64_t now_at)
{
    struct civil born = {.year = digits_value(number + 6, 4),
                         .month = digits_value(number + 10, 2),
                         .day = digits_value(number + 12, 2)};
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = born.year % 4 == 0 && (born.year % 100 != 0 || born.year % 400 == 0);
    if (born.month < 1 || born.month > 12 || born.day < 1 ||
        born.day > days[born.month - 1] + (born.month == 2 && leap))
        return err_fail(GDPOP_ERR_FORMAT,
                        _("Digits 7 to 14 of the number, the date of birth, are no date."));
    if (born.year < BIRTH_YEAR_MIN)
        return err_fail(GDPOP_ERR_FORMAT,
                        _("The date of birth in the number lies before the year %d."),
                        BIRTH_YEAR_MIN);
    if (clock_instant(&born, CIVIL_OFFSET_MIN) > now_at)
        return err_fail(GDPOP_ERR_FORMAT, _("The date of birth in the number lies in the future."));
    return 0;
}

/* The 18 characters shared by resident numbers, residence permits and new foreigners' permits. */
static int check_number(const char *number, int64_t now_at)
{
    size_t len = strlen(number);
    if (len == 15 && strspn(number, DIGITS) == 15)
        return err_fail(GDPOP_ERR_FORMAT,
                        _("This is a number of the first generation (15 digits), which is no "
                          "longer valid: ask for the number of 18 characters."));
    if (len != NUMBER_LENGTH)
        return err_fail(GDPOP_ERR_FORMAT, _("The number has %zu characters, 18 are needed."), len);
    if (!has_number_shape(number))
        return err_fail(GDPOP_ERR_FORMAT,
                        _("The number must be 17 digits and a check digit (0 to 9 or X)."));
    int r = check_birth_date(number, now_at);
    if (r < 0)
        return r;
    if (check_digit(number) != number[17])
        return err_fail(GDPOP_ERR_FORMAT, _("The check digit does not fit: a character is "
                                            "mistyped or two are exchanged."));
    return 0;
}

static bool begins_as_permit(const char *number)
{
    return number[0] == '8' && number[1] >= '1' && number[1] <= '3';
}

static int check_resident(const char *number, int64_t now_at, const char **warning)
{
    int r = check_number(number, now_at);
    if (r < 0)
        return r;
    if (begins_as_permit(number))
        return err_fail(GDPOP_ERR_FORMAT,
                        _("Numbers that begin with 81, 82 or 83 are residence permits of Hong "
                          "Kong, Macao and Taiwan residents: the document type is "
                          "residence-permit."));
    if (number[0] == '9')
        return err_fail(GDPOP_ERR_FORMAT,
                        _("Numbers that begin with 9 are foreigners' permanent residence permits: "
                          "the document type is foreign-permit."));
    if (number[0] == '0')
        return err_fail(GDPOP_ERR_FORMAT, _("A resident number does not begin with 0."));
    if (!division_is_known((unsigned)digits_value(number, 6)))
        *warning = N_("The first six digits are no division code of the shipped list; it may be "
                      "one retired long ago. Compare the number with the document.");
    return 0;
}

static int check_residence_permit(const char *number, int64_t now_at)
{
    int r = check_number(number, now_at);
    if (r == 0 && !begins_as_permit(number))
        return err_fail(GDPOP_ERR_FORMAT, _("A residence permit's number begins with 81, 82 or "
                                            "83."));
    return r;
}

static int check_hkm_permit(const char *number)
{
    size_t digits = *number ? strspn(number + 1, DIGITS) : 0;
    if ((number[0] != 'H' && number[0] != 'M') || number[1 + digits] != '\0' ||
        (digits != 8 && digits != 10))
        return err_fail(GDPOP_ERR_FORMAT, _("The number of a mainland travel permit for Hong Kong "
                                            "and Macao residents is H or M and 8 or 10 digits."));
    return 0;
}

static int check_tw_permit(const char *number)
{
    if (strlen(number) != 8 || strspn(number, DIGITS) != 8)
        return err_fail(GDPOP_ERR_FORMAT, _("The number of a mainland travel permit for Taiwan "
                                            "residents is 8 digits."));
    return 0;
}

static int check_foreign_permit(const char *number, int64_t now_at)
{
    if (number[0] == '9')
        return check_number(number, now_at);
    if (strlen(number) != 15 || strspn(number, CAPITALS) != 3 || strspn(number + 3, DIGITS) != 12)
        return err_fail(GDPOP_ERR_FORMAT,
                        _("The number of a foreigner's permanent residence permit is 18 characters "
                          "beginning with 9, or 3 letters and 12 digits."));
    return 0;
}

static int check_passport(const char *number)
{
    size_t len = strlen(number);
    if (len < 5 || len > 17 || strspn(number, DIGITS CAPITALS) != len ||
        strcspn(number, DIGITS) == len)
        return err_fail(GDPOP_ERR_FORMAT, _("A passport number is 5 to 17 letters and digits, at "
                                            "least one digit among them."));
    return 0;
}

int identity_check_document(const char *type, const char *number, int64_t now_at,
                            const char **warning)
{
    *warning = NULL;
    if (strcmp(type, "resident") == 0)
        return check_resident(number, now_at, warning);
    if (strcmp(type, "residence-permit") == 0)
        return check_residence_permit(number, now_at);
    if (strcmp(type, "hkm-permit") == 0)
        return check_hkm_permit(number);
    if (strcmp(type, "tw-permit") == 0)
        return check_tw_permit(number);
    if (strcmp(type, "foreign-permit") == 0)
        return check_foreign_permit(number, now_at);
    if (strcmp(type, "passport") == 0)
        return check_passport(number);
    return err_fail(GDPOP_ERR_FORMAT, _("Unknown document type: resident, residence-permit, "
                                        "hkm-permit, tw-permit, foreign-permit and passport are "
                                        "known."));
}

const char *identity_guess_type(const char *number)
{
    if (!has_number_shape(number) || number[0] == '0' || number[0] == '9')
        return NULL;
    if (begins_as_permit(number))
        return "residence-permit";
    return number[0] == '8' ? NULL : "resident";
}
