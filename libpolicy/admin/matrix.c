#include "admin/matrix.h"

#include <string.h>

#define COUNTY_UP (LEVEL_PROVINCE | LEVEL_CITY | LEVEL_COUNTY)
#define BELOW (LEVEL_TOWN | LEVEL_VILLAGE)
#define ADMINISTRATORS(at)                                                                         \
    {                                                                                              \
        WHO_ADMINISTRATOR, at                                                                      \
    }
#define ONE(who_, at)                                                                              \
    {                                                                                              \
        {                                                                                          \
            who_, at                                                                               \
        }                                                                                          \
    }
#define EITHER(who_, at, who2, at2)                                                                \
    {                                                                                              \
        {who_, at},                                                                                \
        {                                                                                          \
            who2, at2                                                                              \
        }                                                                                          \
    }

/* regulation, acts, applicants, levels, refused, approves, carries out, leaving, another, article
 */
static const struct matrix_row rows[] = {
    {REGULATION_GD, ACT_ACCOUNT, APPLICANT_ADMINISTRATOR, LEVEL_PROVINCE, false,
     ONE(WHO_RESPONSIBLE, WHERE_ANSWERS), ADMINISTRATORS(WHERE_ANSWERS),
     ADMINISTRATORS(WHERE_ANSWERS), true, "GD-4"},
    {REGULATION_GD, ACT_ACCOUNT, APPLICANT_ADMINISTRATOR, LEVEL_CITY | LEVEL_COUNTY, false,
     ONE(WHO_RESPONSIBLE, WHERE_ABOVE), ADMINISTRATORS(WHERE_ABOVE), ADMINISTRATORS(WHERE_ABOVE),
     true, "GD-7"},
    {REGULATION_GD, ACT_ACCOUNT, APPLICANT_ADMINISTRATOR, LEVEL_TOWN_POWERS, false,
     ONE(WHO_RESPONSIBLE, WHERE_ABOVE), ADMINISTRATORS(WHERE_ABOVE), ADMINISTRATORS(WHERE_ABOVE),
     true, "GD-12"},
    {REGULATION_GD, ACT_ACCOUNT, APPLICANT_ADMINISTRATOR, BELOW, true, .article = "GD-6"},
    {REGULATION_GD, ACT_ACCOUNT, APPLICANT_OPERATOR, COUNTY_UP, false,
     ONE(WHO_RESPONSIBLE, WHERE_ANSWERS), ADMINISTRATORS(WHERE_ANSWERS),
     ADMINISTRATORS(WHERE_ANSWERS), false, "GD-7"},
    {REGULATION_GD, ACT_ACCOUNT, APPLICANT_OPERATOR, BELOW, false,
     ONE(WHO_RESPONSIBLE, WHERE_ANSWERS), ADMINISTRATORS(WHERE_ANSWERS),
     ADMINISTRATORS(WHERE_ANSWERS), false, "GD-7"},
    {REGULATION_GD, ACT_ACCOUNT, APPLICANT_OPERATOR, LEVEL_TOWN_POWERS, false,
     ONE(WHO_RESPONSIBLE, WHERE_ANSWERS), ADMINISTRATORS(WHERE_ANSWERS),
     ADMINISTRATORS(WHERE_ANSWERS), false, "GD-12"},
    {REGULATION_GD, ACT_ACCOUNT, APPLICANT_LEADER, LEVELS_ALL, false,
     EITHER(WHO_PRINCIPAL, WHERE_ANSWERS, WHO_RESPONSIBLE, WHERE_ABOVE),
     ADMINISTRATORS(WHERE_ANSWERS), ADMINISTRATORS(WHERE_ANSWERS), false, "GD-4"},
    {REGULATION_GD, ACT_ACCOUNT, APPLICANT_VENDOR, LEVELS_ALL, false,
     ONE(WHO_RESPONSIBLE, WHERE_ANSWERS), ADMINISTRATORS(WHERE_ANSWERS),
     ADMINISTRATORS(WHERE_ANSWERS), false, "GD-A1.3"},
    {REGULATION_GD, ACT_ACCOUNT, APPLICANT_LEARNER, LEVELS_ALL, false,
     ONE(WHO_RESPONSIBLE, WHERE_ANSWERS), ADMINISTRATORS(WHERE_ANSWERS),
     ADMINISTRATORS(WHERE_ANSWERS), false, "GD-7"},
    {REGULATION_GD, ACT_RIGHT | ACT_URGENT, APPLICANTS_ALL, LEVELS_ALL, false,
     EITHER(WHO_ADMINISTRATOR, WHERE_ANSWERS, WHO_ADMINISTRATOR, WHERE_ABOVE),
     ADMINISTRATORS(WHERE_ANSWERS), ADMINISTRATORS(WHERE_ANSWERS), true, "GD-11.3"},
    {REGULATION_GD, ACT_EXCEPTION, APPLICANTS_ALL, LEVELS_ALL, false,
     ONE(WHO_RESPONSIBLE, WHERE_ANSWERS), ADMINISTRATORS(WHERE_ANSWERS),
     ADMINISTRATORS(WHERE_ANSWERS), true, "GD-16"},
    {REGULATION_GD, ACT_QUERY, APPLICANTS_ALL, LEVELS_ALL, false,
     ONE(WHO_RESPONSIBLE, WHERE_ANSWERS), ADMINISTRATORS(WHERE_ANSWERS),
     ADMINISTRATORS(WHERE_ANSWERS), true, "GD-5.6"},
    {REGULATION_GD, ACT_PUBLICATION, APPLICANTS_ALL, LEVELS_ALL, false,
     ONE(WHO_RESPONSIBLE, WHERE_ANSWERS), ADMINISTRATORS(WHERE_ANSWERS),
     ADMINISTRATORS(WHERE_ANSWERS), false, "GD-14"},
    {REGULATION_GD, ACT_MEDIA, APPLICANTS_ALL, LEVELS_ALL, false,
     ONE(WHO_RESPONSIBLE, WHERE_ANSWERS), ADMINISTRATORS(WHERE_ANSWERS),
     ADMINISTRATORS(WHERE_ANSWERS), true, "GD-15"},
    {REGULATION_GD, ACT_WINDOW, APPLICANT_VENDOR, LEVELS_ALL, false,
     ONE(WHO_RESPONSIBLE, WHERE_ANSWERS), ADMINISTRATORS(WHERE_ANSWERS),
     ADMINISTRATORS(WHERE_ANSWERS), true, "GD-A1.3"},
    {REGULATION_GD, ACT_BREACH, APPLICANTS_ALL, LEVELS_ALL, false, ONE(WHO_NOBODY, WHERE_ANSWERS),
     ADMINISTRATORS(WHERE_ANSWERS), ADMINISTRATORS(WHERE_ANSWERS), true, "GD-9"},
    /* No article loosens a rule. What a policy is belongs to an authorised subject: for one account
     * the leader who answers, for all of an organisation the one who supervises it. */
    {REGULATION_GD, ACT_WAIVER | ACT_OBSERVE, APPLICANTS_ALL, LEVELS_ALL, false,
     EITHER(WHO_RESPONSIBLE, WHERE_ANSWERS, WHO_RESPONSIBLE, WHERE_ABOVE),
     ADMINISTRATORS(WHERE_ANSWERS), ADMINISTRATORS(WHERE_ANSWERS), true, "DB-8.1.4.2e"},
    {REGULATION_GD, ACT_WAIVER | ACT_OBSERVE, APPLICANT_UNIT, LEVELS_ALL, false,
     ONE(WHO_RESPONSIBLE, WHERE_SUPERVISES), ADMINISTRATORS(WHERE_ANSWERS),
     ADMINISTRATORS(WHERE_ANSWERS), true, "DB-8.1.4.2e"},

    {REGULATION_SZ,
     ACT_ACCOUNT,
     APPLICANT_LEARNER,
     LEVELS_ALL,
     false,
     ONE(WHO_NOBODY, WHERE_UNIT),
     {WHO_APPLICANT, WHERE_UNIT},
     ADMINISTRATORS(WHERE_CENTRE),
     false,
     "SZ-7"},
    {REGULATION_SZ, ACT_ACCOUNT,
     APPLICANT_OPERATOR | APPLICANT_ADMINISTRATOR | APPLICANT_LEADER | APPLICANT_VENDOR, LEVELS_ALL,
     false, ONE(WHO_HEAD, WHERE_UNIT), ADMINISTRATORS(WHERE_CENTRE), ADMINISTRATORS(WHERE_ANSWERS),
     true, "SZ-10"},
    {REGULATION_SZ, ACT_RIGHT | ACT_URGENT, APPLICANTS_ALL, LEVELS_ALL, false,
     ONE(WHO_HEAD, WHERE_UNIT), ADMINISTRATORS(WHERE_CENTRE), ADMINISTRATORS(WHERE_ANSWERS), true,
     "SZ-10"},
    {REGULATION_SZ, ACT_KEY, APPLICANTS_ALL, LEVELS_ALL, false, ONE(WHO_ADMINISTRATOR, WHERE_ABOVE),
     ADMINISTRATORS(WHERE_ANSWERS), ADMINISTRATORS(WHERE_ANSWERS), true, "SZ-24"},
    /* Shenzhen's rules are silent: the readings of GD-16 and CQ-6.8 hold. */
    {REGULATION_SZ, ACT_EXCEPTION, APPLICANTS_ALL, LEVELS_ALL, false,
     ONE(WHO_RESPONSIBLE, WHERE_ANSWERS), ADMINISTRATORS(WHERE_ANSWERS),
     ADMINISTRATORS(WHERE_ANSWERS), true, "GD-16"},
    {REGULATION_SZ, ACT_WINDOW, APPLICANT_VENDOR, LEVELS_ALL, false,
     ONE(WHO_RESPONSIBLE, WHERE_ANSWERS), ADMINISTRATORS(WHERE_ANSWERS),
     ADMINISTRATORS(WHERE_ANSWERS), true, "CQ-6.8"},
    {REGULATION_SZ, ACT_WAIVER | ACT_OBSERVE, APPLICANTS_ALL, LEVELS_ALL, false,
     EITHER(WHO_RESPONSIBLE, WHERE_ANSWERS, WHO_RESPONSIBLE, WHERE_ABOVE),
     ADMINISTRATORS(WHERE_ANSWERS), ADMINISTRATORS(WHERE_ANSWERS), true, "DB-8.1.4.2e"},
    {REGULATION_SZ, ACT_BREACH, APPLICANTS_ALL, LEVELS_ALL, false, ONE(WHO_NOBODY, WHERE_ANSWERS),
     ADMINISTRATORS(WHERE_ANSWERS), ADMINISTRATORS(WHERE_ANSWERS), true, "SZ-A3.3"},
};

static const struct consent_row consents[] = {
    {REGULATION_GD, ACT_ACCOUNT, CONDITION_TEMPORARY, "department", "GD-5.5"},
    {REGULATION_GD, ACT_ACCOUNT, CONDITION_DATA_USER, "A3", "GD-5.3"},
    {REGULATION_GD, ACT_ACCOUNT, CONDITION_DATA_USER, "A3-member", "GD-5.3"},
    {REGULATION_GD, ACT_ACCOUNT, CONDITION_VENDOR, "A1", "GD-5.1"},
    {REGULATION_GD, ACT_ACCOUNT, CONDITION_VENDOR, "nda", "GD-5.7"},
    {REGULATION_GD, ACT_ACCOUNT, CONDITION_VENDOR, "background", "CQ-6.6"},
    {REGULATION_GD, ACT_WINDOW, CONDITION_VENDOR, "A1", "GD-5.1"},
    {REGULATION_GD, ACT_WINDOW, CONDITION_VENDOR, "nda", "GD-5.7"},
};

const struct matrix_row *matrix_find(enum regulation regulation, enum act act,
                                     enum applicant applicant, enum level level)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].regulation == regulation && (rows[i].acts & act) &&
            (rows[i].applicants & applicant) && (rows[i].levels & level))
            return &rows[i];
    return NULL;
}

size_t matrix_consents(const struct consent_row **list)
{
    *list = consents;
    return sizeof(consents) / sizeof(consents[0]);
}

struct word {
    const char *name;
    unsigned value;
};

static unsigned find(const struct word *words, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i].name, name) == 0)
            return words[i].value;
    return 0;
}

enum act matrix_act(const char *name)
{
    static const struct word words[] = {
        {"account", ACT_ACCOUNT},         {"right", ACT_RIGHT},   {"urgent", ACT_URGENT},
        {"exception", ACT_EXCEPTION},     {"window", ACT_WINDOW}, {"query", ACT_QUERY},
        {"publication", ACT_PUBLICATION}, {"media", ACT_MEDIA},   {"key", ACT_KEY},
        {"breach", ACT_BREACH},           {"waiver", ACT_WAIVER}, {"observe", ACT_OBSERVE},
    };
    return (enum act)find(words, sizeof(words) / sizeof(words[0]), name);
}

enum level matrix_level(const char *name)
{
    static const struct word words[] = {
        {"province", LEVEL_PROVINCE}, {"city", LEVEL_CITY},       {"county", LEVEL_COUNTY},
        {"town", LEVEL_TOWN},         {"village", LEVEL_VILLAGE},
    };
    return (enum level)find(words, sizeof(words) / sizeof(words[0]), name);
}

const char *matrix_regulation_name(enum regulation regulation)
{
    return regulation == REGULATION_GD ? "gd" : "sz";
}
