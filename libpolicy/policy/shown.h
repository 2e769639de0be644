/* What the snapshot for NSS shows, gathered from the store: each account that ever had a uid,
 * closed ones without a shell, its own group, the groups of the duties, of the leaders and of the
 * roles, with the times of temporary rights. */
#ifndef GDPOP_POLICY_SHOWN_H
#define GDPOP_POLICY_SHOWN_H

#include "nss/snapshot.h"
#include "policy/policy.h"

enum { SHOWN_PARTS = 8 }; /* in as many the accounts are gathered at once */

struct shown {
    struct arena *arena; /* the caller's */
    struct arena *parts[SHOWN_PARTS];
    struct snapshot_user *users;
    struct snapshot_group *groups;
    struct snapshot_member *members;
    size_t user_count, group_count, member_count;
    size_t user_room, group_room, member_room;
    Model__Role **roles;
    size_t role_count;
    struct txn *txn;
};

/* Errors: those of the store. shown_free in any case. */
int shown_gather(struct txn *t, struct shown *s);
void shown_free(struct shown *s);

#endif
