/* A small snapshot that the tests of this room share. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "nss/snapshot.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A membership of 1,000,000 us that starts at this instant. */
#define FROM_AT INT64_C(1700000000000000)
#define UNTIL_AT (FROM_AT + 1000000)

static const struct snapshot_user sample_users[] = {
    {"alice", 5001, 6000, "", "/home/alice", "/bin/bash"},
    {"bob", 5002, 6000, "", "/home/bob", "/bin/bash"},
    {"backup", 5003, 6002, "nightly copies", "/var/empty", "/usr/sbin/nologin"},
    {"zhang-san", 5004, 6000, "", "/home/zhang-san", "/usr/sbin/nologin"},
};

static const struct snapshot_group sample_groups[] = {
    {"users", 6000}, {"staff", 6001}, {"service", 6002}, {"empty", 6003}, {"cme", 6004}};

/* Not in order; alice is staff twice, bob for one second only. */
static const struct snapshot_member sample_members[] = {
    {3, 6001, 0, 0},
    {0, 6004, 0, 0},
    {0, 6001, 0, 0},
    {1, 6001, FROM_AT, UNTIL_AT},
    {0, 6001, FROM_AT, UNTIL_AT},
    {2, 6002, FROM_AT, 0},
    {1, 6004, 0, UNTIL_AT},
};

static inline struct snapshot_content sample_content(uint64_t generation)
{
    return (struct snapshot_content){
        .generation = generation,
        .users = sample_users,
        .user_count = COUNT(sample_users),
        .groups = sample_groups,
        .group_count = COUNT(sample_groups),
        .members = sample_members,
        .member_count = COUNT(sample_members),
    };
}

#endif
