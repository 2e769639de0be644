#include "base/clock.h"
#include "base/err.h"
#include "model/identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* 22 November 2026, 0:00 in China. */
static int64_t today(void)
{
    struct civil c = {.year = 2026, .month = 11, .day = 22};
    return clock_instant(&c, 480);
}

static void numbers_take_one_form(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"44010619900101003X", "44010619900101003X"},
        {"44010619900101003x", "44010619900101003X"},
        {"４４０１０６１９９００１０１００３Ｘ", "44010619900101003X"},
        {"４４０１０６１９９００１０１００３ｘ", "44010619900101003X"},
        {"44010619900101003Х", "44010619900101003X"}, /* Cyrillic */
        {"44010619900101003х", "44010619900101003X"},
        {"44010619900101003Ⅹ", "44010619900101003X"}, /* Roman ten */
        {"44010619900101003Χ", "44010619900101003X"}, /* Greek */
        {"44010619900101003×", "44010619900101003X"},
        {"\xc2\xa0"
         "440106 19900101\xc2\xa0"
         "003X\xe3\x80\x80",
         "44010619900101003X"},
        {"\xef\xbb\xbf"
         "44010619900101003X\t",
         "44010619900101003X"},
        {"'44010619900101003X", "44010619900101003X"},
        {"’44010619900101003X", "44010619900101003X"},
        {" '44010619900101003X", "44010619900101003X"},
        {"440106195001015000", "440106195001015000"}, /* ends in 000 and is right */
        {"h12345678", "H12345678"},
        {"e1234567", "E1234567"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[32];
        int r = identity_normalise(cases[i][0], out, sizeof(out));
        if (r != 0)
            fail_msg("%s: %s", cases[i][0], err_sentence());
        assert_string_equal(out, cases[i][1]);
    }
}

static void what_a_spreadsheet_did_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int error;
        const char *says;
    } cases[] = {
        {"4.41E+17", GDPOP_ERR_FORMAT, "column was not text"},
        {"4.40106E+17", GDPOP_ERR_FORMAT, "column was not text"},
        {"4E5", GDPOP_ERR_FORMAT, "column was not text"},
        {"4e17", GDPOP_ERR_FORMAT, "column was not text"},
        {"440106199001010000", GDPOP_ERR_FORMAT, "column was not text"},
        {"４４０１０６１９９００１０１００００", GDPOP_ERR_FORMAT, "column was not text"},
        {"440106199001011000", GDPOP_ERR_FORMAT, "column was not text"},
        {"", GDPOP_ERR_FORMAT, "empty"},
        {"  ", GDPOP_ERR_FORMAT, "empty"},
        {"'", GDPOP_ERR_FORMAT, "empty"},
        {"440106-19900101-003X", GDPOP_ERR_FORMAT, "Character 7"},
        {"44010619900101003'", GDPOP_ERR_FORMAT, "Character 18"},
        {"四四", GDPOP_ERR_FORMAT, "Character 1"},
        {"\xff\xff", GDPOP_ERR_FORMAT, "UTF-8"},
        {"123456789012345678901234567890123", GDPOP_ERR_TOO_LONG, "too long"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[33] = "?";
        assert_int_equal(identity_normalise(cases[i].text, out, sizeof(out)), cases[i].error);
        assert_string_equal(out, "");
        if (!strstr(err_sentence(), cases[i].says))
            fail_msg("%s: %s", cases[i].text, err_sentence());
    }
    char exact[19], small[18];
    assert_int_equal(identity_normalise("44010619900101003X", exact, sizeof(exact)), 0);
    assert_int_equal(identity_normalise("44010619900101003X", small, sizeof(small)),
                     GDPOP_ERR_TOO_LONG);
    char endless[4096];
    memset(endless, '1', sizeof(endless) - 1);
    endless[sizeof(endless) - 1] = '\0';
    assert_int_equal(identity_normalise(endless, exact, sizeof(exact)), GDPOP_ERR_TOO_LONG);
}

static void documents_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *type, *number;
        const char *says; /* NULL: accepted; "region": accepted with a warning */
    } cases[] = {
        {"resident", "44010619900101003X", NULL},
        {"resident", "440106199001010013", NULL},
        {"resident", "440106199001010012", "check digit"},
        {"resident", "440106199001010031", "check digit"},
        {"resident", "440106199010010013", "check digit"},
        {"resident", "440106199001010X13", "17 digits"},
        {"resident", "44010619900101003x", "17 digits"}, /* not normalised */
        {"resident", "44010619900101001", "17 characters"},
        {"resident", "4401061990010100130", "19 characters"},
        {"resident", "", "0 characters"},
        {"resident", "440106900101001", "first generation"},
        {"resident", "440106200002290016", NULL}, /* 29 February of a leap year */
        {"resident", "440106202402290014", NULL},
        {"resident", "44010619000229001X", "no date"}, /* 1900 had none */
        {"resident", "440106202302290017", "no date"},
        {"resident", "440106199013010010", "no date"},
        {"resident", "440106199000010011", "no date"},
        {"resident", "440106199004300016", NULL},
        {"resident", "440106199004310011", "no date"},
        {"resident", "440106199001000018", "no date"},
        {"resident", "440106199001320011", "no date"},
        {"resident", "44010618800101001X", NULL},
        {"resident", "440106187912310019", "before the year"},
        {"resident", "440106202611220012", NULL}, /* born today */
        {"resident", "440106202611230018", "future"},
        {"resident", "999999199001010016", "foreign-permit"},
        {"resident", "190000199001010018", "region"},
        {"resident", "44252719700101001X", "region"}, /* Dongguan before 1988 */
        {"resident", "040106199001010019", "begin with 0"},
        {"resident", "810000199501010015", "residence-permit"},
        {"residence-permit", "810000199501010015", NULL},
        {"residence-permit", "820000199501010017", NULL},
        {"residence-permit", "830000199501010019", NULL},
        {"residence-permit", "810000199501010016", "check digit"},
        {"residence-permit", "840000199001010014", "81, 82 or"},
        {"residence-permit", "440106199001010013", "81, 82 or"},
        {"hkm-permit", "H12345678", NULL},
        {"hkm-permit", "M1234567890", NULL},
        {"hkm-permit", "H1234567", "8 or 10"},
        {"hkm-permit", "H123456789", "8 or 10"},
        {"hkm-permit", "H12345678901", "8 or 10"},
        {"hkm-permit", "K12345678", "8 or 10"},
        {"hkm-permit", "H1234567A", "8 or 10"},
        {"hkm-permit", "", "8 or 10"},
        {"tw-permit", "12345678", NULL},
        {"tw-permit", "1234567", "8 digits"},
        {"tw-permit", "123456789", "8 digits"},
        {"tw-permit", "1234567A", "8 digits"},
        {"foreign-permit", "91015619900101001X", NULL},
        {"foreign-permit", "910156199001010011", "check digit"},
        {"foreign-permit", "91015619900101001", "17 characters"},
        {"foreign-permit", "USA440012345678", NULL},
        {"foreign-permit", "USA44001234567", "3 letters"},
        {"foreign-permit", "US4440012345678", "3 letters"},
        {"foreign-permit", "440106199001010013", "3 letters"},
        {"passport", "E12345678", NULL},
        {"passport", "A1234", NULL},
        {"passport", "A123", "5 to 17"},
        {"passport", "ABCDEFGHIJKLMNOP1", NULL},
        {"passport", "ABCDEFGHIJKLMNOP12", "5 to 17"},
        {"passport", "ABCDEF", "one digit"},
        {"passport", "E1234-678", "5 to 17"},
        {"driving-licence", "E12345678", "document type"},
        {"", "E12345678", "document type"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *warning = "?", *says = cases[i].says;
        int r = identity_check_document(cases[i].type, cases[i].number, today(), &warning);
        bool accepted = !says || strcmp(says, "region") == 0;
        if (r != (accepted ? 0 : GDPOP_ERR_FORMAT))
            fail_msg("%s %s: %d %s", cases[i].type, cases[i].number, r, err_sentence());
        if (accepted)
            assert_true((warning != NULL) == (says != NULL));
        else if (!strstr(err_sentence(), says))
            fail_msg("%s %s: %s", cases[i].type, cases[i].number, err_sentence());
        if (!accepted && strlen(cases[i].number) > 4)
            assert_null(strstr(err_sentence(), cases[i].number)); /* personal data stay out */
    }
}

static void the_day_begins_in_china(void **state)
{
    (void)state;
    const char *warning;
    assert_int_equal(identity_check_document("resident", "440106202611220012", today(), &warning),
                     0);
    assert_int_equal(
        identity_check_document("resident", "440106202611220012", today() - 1, &warning),
        GDPOP_ERR_FORMAT);
}

static void the_type_is_guessed(void **state)
{
    (void)state;
    assert_string_equal(identity_guess_type("440106199001010013"), "resident");
    assert_string_equal(identity_guess_type("44010619900101003X"), "resident");
    assert_string_equal(identity_guess_type("810000199501010015"), "residence-permit");
    assert_string_equal(identity_guess_type("830000199501010019"), "residence-permit");
    assert_null(identity_guess_type("840000199001010014"));
    assert_null(identity_guess_type("91015619900101001X"));
    assert_null(identity_guess_type("E12345678"));
    assert_null(identity_guess_type("12345678"));
    assert_null(identity_guess_type(""));
}

static void little_of_a_number_is_shown(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"440106199001010015", "440***********0015"},
        {"13812345678", "138****5678"},
        {"076922221111", "076*****1111"},
        {"+85291234567", "+85*****4567"},
        {"E12345678", "E******78"},
        {"12345678", "1*****78"},
        {"1234567", "*******"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[32];
        identity_mask(cases[i][0], out, sizeof(out));
        assert_string_equal(out, cases[i][1]);
    }
    char small[5];
    identity_mask("440106199001010015", small, sizeof(small));
    assert_string_equal(small, "440*");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_take_one_form), cmocka_unit_test(what_a_spreadsheet_did_is_said),
        cmocka_unit_test(documents_are_checked), cmocka_unit_test(the_day_begins_in_china),
        cmocka_unit_test(the_type_is_guessed),   cmocka_unit_test(little_of_a_number_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
