/* Who approves, who carries out and who audits a leaving, as the regulations say: one table, and
 * nothing but the table and its look-up. Places are relative to the applicant; office.c finds the
 * organisations and people. */
#ifndef GDPOP_ADMIN_MATRIX_H
#define GDPOP_ADMIN_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

enum regulation { REGULATION_GD = 1, REGULATION_SZ = 2 };

enum act {
    ACT_ACCOUNT = 1,
    ACT_RIGHT = 2,
    ACT_URGENT = 4,
    ACT_EXCEPTION = 8,
    ACT_WINDOW = 16,
    ACT_QUERY = 32,
    ACT_PUBLICATION = 64,
    ACT_MEDIA = 128,
    ACT_KEY = 256,
    ACT_BREACH = 512,
    ACT_WAIVER = 1024,
    ACT_OBSERVE = 2048,
};

enum level {
    LEVEL_PROVINCE = 1,
    LEVEL_CITY = 2,
    LEVEL_COUNTY = 4,
    LEVEL_TOWN = 8,
    LEVEL_VILLAGE = 16,
    LEVEL_TOWN_POWERS = 32, /* a town that exercises the county's powers (GD-12) */
    LEVELS_ALL = 63,
};

enum applicant {
    APPLICANT_OPERATOR = 1,
    APPLICANT_ADMINISTRATOR = 2,
    APPLICANT_LEADER = 4, /* who would approve for himself */
    APPLICANT_LEARNER = 8,
    APPLICANT_VENDOR = 16,
    APPLICANTS_ALL = 31, /* who has an account */
    APPLICANT_UNIT = 32, /* an organisation, or one of its hosts */
};

/* Conditions of an applicant that ask for consents first. */
enum condition { CONDITION_TEMPORARY = 1, CONDITION_DATA_USER = 2, CONDITION_VENDOR = 4 };

enum who {
    WHO_NOBODY,        /* none is needed */
    WHO_RESPONSIBLE,   /* 主管领导, or who acts for him */
    WHO_PRINCIPAL,     /* 主要领导 */
    WHO_HEAD,          /* 部门负责人 */
    WHO_ADMINISTRATOR, /* 系统管理员: system or security duty */
    WHO_APPLICANT,
};

enum where {
    WHERE_ANSWERS,    /* the bureau that answers for the applicant: his level's, or the county's */
    WHERE_ABOVE,      /* the one above it; at the top itself */
    WHERE_UNIT,       /* the applicant's own organisation */
    WHERE_CENTRE,     /* the centre that runs the system (SZ-3) */
    WHERE_SUPERVISES, /* the organisation that supervises it, or any above; at the top itself */
};

struct office {
    enum who who;
    enum where where;
};

struct matrix_row {
    enum regulation regulation;
    unsigned acts, applicants, levels;
    bool refused;              /* there is no such thing at this level */
    struct office approves[2]; /* either; the second may be empty (WHO_NOBODY) */
    struct office carries_out;
    struct office leaving; /* audits and freezes */
    bool another;          /* not the applicant's own post: a second person */
    const char *article;
};

/* NULL when the regulation says nothing about it. */
const struct matrix_row *matrix_find(enum regulation regulation, enum act act,
                                     enum applicant applicant, enum level level);

struct consent_row {
    enum regulation regulation;
    unsigned acts, conditions;
    const char *what;    /* department A1 A3 A3-member nda background window */
    const char *article; /* that asks for it */
};

/* The rows in order; count of them. */
size_t matrix_consents(const struct consent_row **rows);

/* Words of the commands; 0 for an unknown one. */
enum act matrix_act(const char *name);
enum level matrix_level(const char *name);
const char *matrix_regulation_name(enum regulation regulation);

#endif
