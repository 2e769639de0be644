#include "admin/matrix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static const enum level levels[] = {LEVEL_PROVINCE, LEVEL_CITY,    LEVEL_COUNTY,
                                    LEVEL_TOWN,     LEVEL_VILLAGE, LEVEL_TOWN_POWERS};
enum { LEVELS = 6 };

/* What the regulations say of one act and class, level by level: approver, who sets up, who audits
 * a leaving, article; "-" for refused. */
struct expected {
    enum regulation regulation;
    unsigned acts, applicants;
    const char *by_level[LEVELS];
};

/* R responsible, P principal, H head, A administrator, N nobody, S himself; at: a answers, b above,
 * u unit, c centre, s supervises. approver(s) / carries out / leaving */
#define OWN "Ra/Aa/Aa "
#define UP "Rb/Ab/Ab "
#define GD REGULATION_GD
#define SZ REGULATION_SZ
#define ALL(text)                                                                                  \
    {                                                                                              \
        text, text, text, text, text, text                                                         \
    }

/* What only accounts ask for. */
#define UNIT_NEVER ((unsigned)(ACT_WAIVER - 1))
#define OTHERS(of) (APPLICANTS_ALL & ~(unsigned)(of))

static const struct expected cases[] = {
    {GD,
     ACT_ACCOUNT,
     APPLICANT_ADMINISTRATOR,
     {OWN "GD-4", UP "GD-7", UP "GD-7", "- GD-6", "- GD-6", UP "GD-12"}},
    {GD,
     ACT_ACCOUNT,
     APPLICANT_OPERATOR,
     {OWN "GD-7", OWN "GD-7", OWN "GD-7", OWN "GD-7", OWN "GD-7", OWN "GD-12"}},
    {GD, ACT_ACCOUNT, APPLICANT_LEARNER, ALL(OWN "GD-7")},
    {GD, ACT_ACCOUNT, APPLICANT_LEADER, ALL("PaRb/Aa/Aa GD-4")},
    {GD, ACT_ACCOUNT, APPLICANT_VENDOR, ALL(OWN "GD-A1.3")},
    {GD, ACT_RIGHT | ACT_URGENT, APPLICANTS_ALL, ALL("AaAb/Aa/Aa GD-11.3")},
    {GD, ACT_EXCEPTION, APPLICANTS_ALL, ALL(OWN "GD-16")},
    {GD, ACT_QUERY, APPLICANTS_ALL, ALL(OWN "GD-5.6")},
    {GD, ACT_PUBLICATION, APPLICANTS_ALL, ALL(OWN "GD-14")},
    {GD, ACT_MEDIA, APPLICANTS_ALL, ALL(OWN "GD-15")},
    {GD, ACT_WINDOW, APPLICANT_VENDOR, ALL(OWN "GD-A1.3")},
    {GD, ACT_WINDOW, OTHERS(APPLICANT_VENDOR), ALL(NULL)},
    {GD, ACT_KEY, APPLICANTS_ALL, ALL(NULL)},
    {GD, ACT_BREACH, APPLICANTS_ALL, ALL("N/Aa/Aa GD-9")},
    {GD, ACT_WAIVER | ACT_OBSERVE, APPLICANTS_ALL, ALL("RaRb/Aa/Aa DB-8.1.4.2e")},
    {GD, ACT_WAIVER | ACT_OBSERVE, APPLICANT_UNIT, ALL("Rs/Aa/Aa DB-8.1.4.2e")},
    {GD, UNIT_NEVER, APPLICANT_UNIT, ALL(NULL)},
    {SZ, ACT_ACCOUNT, APPLICANT_LEARNER, ALL("N/Su/Ac SZ-7")},
    {SZ, ACT_ACCOUNT, OTHERS(APPLICANT_LEARNER), ALL("Hu/Ac/Aa SZ-10")},
    {SZ, ACT_RIGHT | ACT_URGENT, APPLICANTS_ALL, ALL("Hu/Ac/Aa SZ-10")},
    {SZ, ACT_EXCEPTION, APPLICANTS_ALL, ALL(OWN "GD-16")},
    {SZ, ACT_QUERY | ACT_PUBLICATION | ACT_MEDIA, APPLICANTS_ALL, ALL(NULL)},
    {SZ, ACT_WINDOW, APPLICANT_VENDOR, ALL(OWN "CQ-6.8")},
    {SZ, ACT_WINDOW, OTHERS(APPLICANT_VENDOR), ALL(NULL)},
    {SZ, ACT_KEY, APPLICANTS_ALL, ALL("Ab/Aa/Aa SZ-24")},
    {SZ, ACT_BREACH, APPLICANTS_ALL, ALL("N/Aa/Aa SZ-A3.3")},
    {SZ, ACT_WAIVER | ACT_OBSERVE, APPLICANTS_ALL, ALL("RaRb/Aa/Aa DB-8.1.4.2e")},
    /* an organisation is none of a system's: Guangdong's rows speak for it */
    {SZ, UNIT_NEVER | ACT_WAIVER | ACT_OBSERVE, APPLICANT_UNIT, ALL(NULL)},
};

static void spell_office(struct office o, char *text)
{
    const char who[] = "NRPHAS", where[] = "abucs";
    size_t n = strlen(text);
    text[n++] = who[o.who];
    if (o.who != WHO_NOBODY)
        text[n++] = where[o.where];
    text[n] = '\0';
}

static void spell(const struct matrix_row *row, char *text)
{
    *text = '\0';
    if (row->refused) {
        strcat(strcpy(text, "- "), row->article);
        return;
    }
    spell_office(row->approves[0], text);
    if (row->approves[1].who != WHO_NOBODY)
        spell_office(row->approves[1], text);
    strcat(text, "/");
    spell_office(row->carries_out, text);
    strcat(text, "/");
    spell_office(row->leaving, text);
    strcat(strcat(text, " "), row->article);
}

static void check_levels(const struct expected *e, enum act act, enum applicant applicant)
{
    for (int k = 0; k < LEVELS; k++) {
        const struct matrix_row *row = matrix_find(e->regulation, act, applicant, levels[k]);
        char text[64] = "none";
        if (row)
            spell(row, text);
        assert_string_equal(text, e->by_level[k] ? e->by_level[k] : "none");
    }
}

/* Every regulation, act and class is told of in the table above, once, and the matrix says what it
 * says at every level, the towns of Dongguan and Zhongshan with the county's powers included. */
static void each_level_class_and_act_has_its_offices(void **state)
{
    static const enum regulation regulations[] = {GD, SZ};
    (void)state;
    for (int g = 0; g < 2; g++)
        for (unsigned act = ACT_ACCOUNT; act <= ACT_OBSERVE; act <<= 1)
            for (unsigned who = APPLICANT_OPERATOR; who <= APPLICANT_UNIT; who <<= 1) {
                int told = 0;
                for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
                    if (cases[i].regulation == regulations[g] && (cases[i].acts & act) &&
                        (cases[i].applicants & who)) {
                        check_levels(&cases[i], (enum act)act, (enum applicant)who);
                        told++;
                    }
                if (told != 1)
                    fail_msg("regulation %d act %u applicant %u: told %d times",
                             (int)regulations[g], act, who, told);
            }
}

/* No account may be without an answer, whoever asks and wherever. */
static void every_account_has_an_answer(void **state)
{
    (void)state;
    for (unsigned applicant = 1; applicant <= APPLICANT_VENDOR; applicant <<= 1)
        for (int k = 0; k < LEVELS; k++) {
            assert_non_null(matrix_find(GD, ACT_ACCOUNT, (enum applicant)applicant, levels[k]));
            assert_non_null(matrix_find(SZ, ACT_ACCOUNT, (enum applicant)applicant, levels[k]));
        }
}

static void consents_by_condition(void **state)
{
    (void)state;
    const struct {
        unsigned act, condition;
        const char *wanted;
    } wanted[] = {
        {ACT_ACCOUNT, 0, ""},
        {ACT_ACCOUNT, CONDITION_TEMPORARY, "department "},
        {ACT_ACCOUNT, CONDITION_DATA_USER, "A3 A3-member "},
        {ACT_ACCOUNT, CONDITION_VENDOR, "A1 nda background "},
        {ACT_WINDOW, CONDITION_VENDOR, "A1 nda "},
        {ACT_EXCEPTION, CONDITION_TEMPORARY | CONDITION_VENDOR, ""},
        {ACT_ACCOUNT, CONDITION_TEMPORARY | CONDITION_DATA_USER, "department A3 A3-member "},
    };
    const struct consent_row *rows;
    size_t count = matrix_consents(&rows);
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        char text[128] = "";
        for (size_t k = 0; k < count; k++)
            if (rows[k].regulation == GD && (rows[k].acts & wanted[i].act) &&
                (rows[k].conditions & wanted[i].condition))
                strcat(strcat(text, rows[k].what), " ");
        assert_string_equal(text, wanted[i].wanted);
    }
}

static void words_of_acts_and_levels(void **state)
{
    (void)state;
    assert_int_equal(matrix_act("account"), ACT_ACCOUNT);
    assert_int_equal(matrix_act("window"), ACT_WINDOW);
    assert_int_equal(matrix_act("accounts"), 0);
    assert_int_equal(matrix_level("village"), LEVEL_VILLAGE);
    assert_int_equal(matrix_level(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_level_class_and_act_has_its_offices),
        cmocka_unit_test(every_account_has_an_answer),
        cmocka_unit_test(consents_by_condition),
        cmocka_unit_test(words_of_acts_and_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
