/* The snapshot's bytes: what is written is read again, at every instant, and damage is never
 * served. */
#include "sample.h"

#include "base/err.h"
#include "nss/format.h"

static struct snapshot *attach(const struct snapshot_content *content, uint8_t **bytes)
{
    struct snapshot *snap;
    size_t size;
    assert_int_equal(snapshot_build(content, bytes, &size), 0);
    assert_int_equal(snapshot_attach(*bytes, size, &snap), SNAPSHOT_OK);
    return snap;
}

static void assert_user(const struct snapshot_user *a, const struct snapshot_user *b)
{
    assert_string_equal(a->name, b->name);
    assert_int_equal(a->uid, b->uid);
    assert_int_equal(a->gid, b->gid);
    assert_string_equal(a->gecos, b->gecos);
    assert_string_equal(a->home, b->home);
    assert_string_equal(a->shell, b->shell);
}

static void test_round_trip(void **state)
{
    (void)state;
    uint8_t *bytes;
    struct snapshot_content content = sample_content(7);
    struct snapshot *snap = attach(&content, &bytes);
    struct snapshot_info info;
    snapshot_describe(snap, &info);
    assert_int_equal(info.generation, 7);
    assert_int_equal(info.users, COUNT(sample_users));
    assert_int_equal(info.groups, COUNT(sample_groups));
    assert_int_equal(info.members, COUNT(sample_members));
    for (uint32_t i = 0; i < COUNT(sample_users); i++) {
        struct snapshot_user user;
        assert_int_equal(snapshot_by_name(snap, sample_users[i].name, &user), SNAPSHOT_OK);
        assert_user(&user, &sample_users[i]);
        assert_int_equal(snapshot_by_uid(snap, sample_users[i].uid, &user), SNAPSHOT_OK);
        assert_user(&user, &sample_users[i]);
        assert_int_equal(snapshot_read_user(snap, i, &user), SNAPSHOT_OK);
        assert_user(&user, &sample_users[i]);
    }
    for (uint32_t i = 0; i < COUNT(sample_groups); i++) {
        struct snapshot_group group;
        assert_int_equal(snapshot_group_by_name(snap, sample_groups[i].name, &group), SNAPSHOT_OK);
        assert_int_equal(group.gid, sample_groups[i].gid);
        assert_int_equal(snapshot_group_by_gid(snap, sample_groups[i].gid, &group), SNAPSHOT_OK);
        assert_string_equal(group.name, sample_groups[i].name);
    }
    snapshot_close(snap);
    free(bytes);
}

static void test_absent_keys(void **state)
{
    (void)state;
    static const char *const names[] = {"", "alic", "alicee", "Alice", "staff", "alice\n"};
    static const uint32_t ids[] = {0, 1, 5000, 5005, 6001, UINT32_MAX};
    uint8_t *bytes;
    struct snapshot_content content = sample_content(1);
    struct snapshot *snap = attach(&content, &bytes);
    struct snapshot_user user;
    struct snapshot_group group;
    for (size_t i = 0; i < COUNT(names); i++)
        assert_int_equal(snapshot_by_name(snap, names[i], &user), SNAPSHOT_NONE);
    for (size_t i = 0; i < COUNT(ids); i++)
        assert_int_equal(snapshot_by_uid(snap, ids[i], &user), SNAPSHOT_NONE);
    assert_int_equal(snapshot_group_by_name(snap, "alice", &group), SNAPSHOT_NONE);
    assert_int_equal(snapshot_group_by_gid(snap, 5001, &group), SNAPSHOT_NONE);
    assert_int_equal(snapshot_read_user(snap, COUNT(sample_users), &user), SNAPSHOT_NONE);
    assert_int_equal(snapshot_read_group(snap, COUNT(sample_groups), &group), SNAPSHOT_NONE);
    assert_null(user.name);
    assert_null(group.name);
    snapshot_close(snap);
    free(bytes);
}

static void test_empty(void **state)
{
    (void)state;
    uint8_t *bytes;
    struct snapshot_content content = {.generation = 1};
    struct snapshot *snap = attach(&content, &bytes);
    struct snapshot_user user;
    assert_int_equal(snapshot_by_name(snap, "alice", &user), SNAPSHOT_NONE);
    assert_int_equal(snapshot_by_uid(snap, 5001, &user), SNAPSHOT_NONE);
    assert_int_equal(snapshot_read_user(snap, 0, &user), SNAPSHOT_NONE);
    snapshot_close(snap);
    free(bytes);
}

/* Group ids of a user joined by a space. */
static const char *groups_at(const struct snapshot *snap, const char *name, int64_t now_at)
{
    static char text[256];
    struct snapshot_walk walk;
    uint32_t row, gid;
    int r, used = 0;
    text[0] = 0;
    assert_int_equal(snapshot_find_user(snap, name, &row), SNAPSHOT_OK);
    assert_int_equal(snapshot_walk_user(snap, row, now_at, &walk), SNAPSHOT_OK);
    while ((r = snapshot_next_group(snap, &walk, &gid)) == SNAPSHOT_OK)
        used += snprintf(text + used, sizeof text - (size_t)used, "%s%u", used ? " " : "", gid);
    assert_int_equal(r, SNAPSHOT_NONE);
    return text;
}

static const char *members_at(const struct snapshot *snap, uint32_t gid, int64_t now_at)
{
    static char text[256];
    struct snapshot_walk walk;
    const char *name;
    uint32_t row;
    int r, used = 0;
    text[0] = 0;
    assert_int_equal(snapshot_find_gid(snap, gid, &row), SNAPSHOT_OK);
    assert_int_equal(snapshot_walk_group(snap, row, now_at, &walk), SNAPSHOT_OK);
    while ((r = snapshot_next_member(snap, &walk, &name)) == SNAPSHOT_OK)
        used += snprintf(text + used, sizeof text - (size_t)used, "%s%s", used ? " " : "", name);
    assert_int_equal(r, SNAPSHOT_NONE);
    return text;
}

static void test_membership_instants(void **state)
{
    (void)state;
    static const struct {
        int64_t now_at;
        const char *alice, *bob, *backup, *staff, *cme;
    } cases[] = {
        {1, "6001 6004", "6004", "", "alice zhang-san", "alice bob"},
        {FROM_AT - 1, "6001 6004", "6004", "", "alice zhang-san", "alice bob"},
        {FROM_AT, "6001 6004", "6001 6004", "6002", "alice bob zhang-san", "alice bob"},
        {UNTIL_AT - 1, "6001 6004", "6001 6004", "6002", "alice bob zhang-san", "alice bob"},
        {UNTIL_AT, "6001 6004", "", "6002", "alice zhang-san", "alice"},
        {INT64_MAX, "6001 6004", "", "6002", "alice zhang-san", "alice"},
    };
    uint8_t *bytes;
    struct snapshot_content content = sample_content(1);
    struct snapshot *snap = attach(&content, &bytes);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(groups_at(snap, "alice", cases[i].now_at), cases[i].alice);
        assert_string_equal(groups_at(snap, "bob", cases[i].now_at), cases[i].bob);
        assert_string_equal(groups_at(snap, "backup", cases[i].now_at), cases[i].backup);
        assert_string_equal(groups_at(snap, "zhang-san", cases[i].now_at), "6001");
        assert_string_equal(members_at(snap, 6001, cases[i].now_at), cases[i].staff);
        assert_string_equal(members_at(snap, 6004, cases[i].now_at), cases[i].cme);
        assert_string_equal(members_at(snap, 6003, cases[i].now_at), "");
    }
    snapshot_close(snap);
    free(bytes);
}

/* Names whose first slot is the same make one long run of probes. */
static void test_collisions(void **state)
{
    (void)state;
    enum { N = 40, SLOTS = 128 };
    static char names[N][16];
    struct snapshot_user users[N];
    uint32_t ids[N];
    int found = 0, id_found = 0;
    for (uint32_t i = 0; found < N; i++) {
        snprintf(names[found], sizeof names[found], "u%u", i);
        if ((uint32_t)format_hash_name(names[found]) % SLOTS == SLOTS - 1)
            found++;
    }
    for (uint32_t id = 1000; id_found < N; id++)
        if ((uint32_t)format_hash_id(id) % SLOTS == SLOTS - 1)
            ids[id_found++] = id;
    for (int i = 0; i < N; i++)
        users[i] = (struct snapshot_user){names[i], ids[i], 100, "", "/", "/bin/sh"};
    struct snapshot_content content = {.generation = 1, .users = users, .user_count = N};
    uint8_t *bytes;
    struct snapshot *snap = attach(&content, &bytes);
    assert_int_equal(format_get32(bytes + HEADER_USER_SLOTS), SLOTS);
    for (int i = 0; i < N; i++) {
        struct snapshot_user user;
        assert_int_equal(snapshot_by_name(snap, names[i], &user), SNAPSHOT_OK);
        assert_user(&user, &users[i]);
        assert_int_equal(snapshot_by_uid(snap, ids[i], &user), SNAPSHOT_OK);
        assert_user(&user, &users[i]);
    }
    snapshot_close(snap);
    free(bytes);
}

static void test_refused_content(void **state)
{
    (void)state;
    static char long_name[SNAPSHOT_NAME_MAX_BYTES + 2];
    memset(long_name, 'a', SNAPSHOT_NAME_MAX_BYTES + 1);
    const struct snapshot_user bad[] = {
        {"alice", 9000, 6000, "", "/", "/bin/sh"}, /* name twice */
        {"carol", 5001, 6000, "", "/", "/bin/sh"}, /* uid twice */
        {"carol", 0, 6000, "", "/", "/bin/sh"},    /* root */
        {"carol", 9000, 0, "", "/", "/bin/sh"},    /* root's group */
        {"carol", UINT32_MAX, 6000, "", "/", "/bin/sh"},
        {"", 9000, 6000, "", "/", "/bin/sh"},
        {NULL, 9000, 6000, "", "/", "/bin/sh"},
        {"carol", 9000, 6000, NULL, "/", "/bin/sh"},
        {"ca:rol", 9000, 6000, "", "/", "/bin/sh"},
        {"ca rol", 9000, 6000, "", "/", "/bin/sh"},
        {"carol", 9000, 6000, "a:b", "/", "/bin/sh"},
        {"carol", 9000, 6000, "", "/x\nroot:x:0:0", "/bin/sh"},
        {"carol", 9000, 6000, "", "/", "/bin/sh\x7f"},
        {long_name, 9000, 6000, "", "/", "/bin/sh"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct snapshot_user users[2] = {sample_users[0], bad[i]};
        struct snapshot_content content = {.users = users, .user_count = 2};
        uint8_t *bytes;
        size_t size;
        assert_int_equal(snapshot_build(&content, &bytes, &size), GDPOP_ERR_ARGUMENT);
        assert_null(bytes);
        assert_true(strlen(err_sentence()) > 0);
    }
    long_name[SNAPSHOT_NAME_MAX_BYTES] = 0;
    struct snapshot_user longest = {long_name, 9000, 6000, "", "/", "/bin/sh"};
    struct snapshot_content content = {.users = &longest, .user_count = 1};
    uint8_t *bytes;
    struct snapshot *snap = attach(&content, &bytes);
    snapshot_close(snap);
    free(bytes);
}

static void test_refused_groups_and_members(void **state)
{
    (void)state;
    static const struct snapshot_group groups[][2] = {{{"staff", 6001}, {"staff", 6002}},
                                                      {{"staff", 6001}, {"other", 6001}},
                                                      {{"staff", 6001}, {"wheel", 0}},
                                                      {{"staff", 6001}, {"", 6002}}};
    static const struct snapshot_member members[] = {{4, 6001, 0, 0}, {0, 6999, 0, 0}};
    uint8_t *bytes;
    size_t size;
    for (size_t i = 0; i < COUNT(groups); i++) {
        struct snapshot_content content = {.groups = groups[i], .group_count = 2};
        assert_int_equal(snapshot_build(&content, &bytes, &size), GDPOP_ERR_ARGUMENT);
    }
    for (size_t i = 0; i < COUNT(members); i++) {
        struct snapshot_content content = sample_content(1);
        content.members = &members[i];
        content.member_count = 1;
        assert_int_equal(snapshot_build(&content, &bytes, &size), GDPOP_ERR_ARGUMENT);
    }
}

static int sum_digest(const void *data, size_t len, uint8_t digest[static 32])
{
    memset(digest, 0, 32);
    for (size_t i = 0; i < len; i++)
        digest[i % 32] = (uint8_t)(digest[i % 32] * 31 + ((const uint8_t *)data)[i]);
    digest[0] |= 1;
    return 0;
}

static int failing_digest(const void *data, size_t len, uint8_t digest[static 32])
{
    (void)data;
    (void)len;
    (void)digest;
    return err_fail(GDPOP_ERR_CRYPTO, "no digest");
}

static void test_digest(void **state)
{
    (void)state;
    uint8_t *bytes;
    size_t size;
    struct snapshot_content content = sample_content(1);
    struct snapshot *snap = attach(&content, &bytes);
    assert_int_equal(snapshot_verify(snap, sum_digest), SNAPSHOT_NONE);
    snapshot_close(snap);
    free(bytes);

    content.digest = sum_digest;
    snap = attach(&content, &bytes);
    assert_int_equal(snapshot_verify(snap, sum_digest), SNAPSHOT_OK);
    bytes[HEADER_BYTES] ^= 1;
    assert_int_equal(snapshot_verify(snap, sum_digest), SNAPSHOT_DAMAGED);
    snapshot_close(snap);
    free(bytes);

    content.digest = failing_digest;
    assert_int_equal(snapshot_build(&content, &bytes, &size), GDPOP_ERR_CRYPTO);
}

static bool is_member(const char *name, uint32_t gid)
{
    for (size_t i = 0; i < COUNT(sample_members); i++)
        if (sample_members[i].gid == gid &&
            strcmp(sample_users[sample_members[i].user_index].name, name) == 0)
            return true;
    return false;
}

/* Asks everything. Each answer is the one that was written, or an error. */
static void ask_all(const struct snapshot *snap)
{
    struct snapshot_user user;
    struct snapshot_group group;
    struct snapshot_walk walk;
    const char *name;
    uint32_t gid;
    for (uint32_t i = 0; i < COUNT(sample_users); i++) {
        const struct snapshot_user *wanted = &sample_users[i];
        if (snapshot_read_user(snap, i, &user) == SNAPSHOT_OK)
            assert_user(&user, wanted);
        if (snapshot_by_name(snap, wanted->name, &user) == SNAPSHOT_OK)
            assert_user(&user, wanted);
        if (snapshot_by_uid(snap, wanted->uid, &user) == SNAPSHOT_OK)
            assert_user(&user, wanted);
        if (snapshot_walk_user(snap, i, 1, &walk) != SNAPSHOT_OK)
            continue;
        while (snapshot_next_group(snap, &walk, &gid) == SNAPSHOT_OK)
            assert_true(is_member(sample_users[i].name, gid));
    }
    for (uint32_t i = 0; i < COUNT(sample_groups); i++) {
        const struct snapshot_group *wanted = &sample_groups[i];
        if (snapshot_group_by_name(snap, wanted->name, &group) == SNAPSHOT_OK)
            assert_int_equal(group.gid, wanted->gid);
        if (snapshot_group_by_gid(snap, wanted->gid, &group) == SNAPSHOT_OK)
            assert_string_equal(group.name, wanted->name);
        if (snapshot_walk_group(snap, i, FROM_AT, &walk) != SNAPSHOT_OK)
            continue;
        while (snapshot_next_member(snap, &walk, &name) == SNAPSHOT_OK)
            assert_true(is_member(name, wanted->gid));
    }
}

/* The copy ends where its memory ends, so that a sanitizer sees the first byte too far. */
static void test_every_truncation(void **state)
{
    (void)state;
    struct snapshot_content content = sample_content(1);
    uint8_t *bytes;
    size_t size;
    assert_int_equal(snapshot_build(&content, &bytes, &size), 0);
    for (size_t len = 0; len < size; len++) {
        struct snapshot *snap;
        uint8_t *copy = malloc(len + 1);
        memcpy(copy, bytes, len);
        assert_int_equal(snapshot_attach(copy, len, &snap), SNAPSHOT_DAMAGED);
        assert_null(snap);
        if (len >= HEADER_BYTES) {
            /* The header says so, but the sections do not fit. */
            format_put64(copy + HEADER_FILE_BYTES, len);
            format_put64(copy + HEADER_CHECK, format_hash(FORMAT_SEED, copy, HEADER_CHECK));
            assert_int_equal(snapshot_attach(copy, len, &snap), SNAPSHOT_DAMAGED);
        }
        free(copy);
    }
    free(bytes);
}

static void test_every_byte_altered(void **state)
{
    (void)state;
    static const uint8_t masks[] = {0x01, 0x80, 0xff, 0x20};
    struct snapshot_content content = sample_content(1);
    uint8_t *bytes;
    size_t size;
    assert_int_equal(snapshot_build(&content, &bytes, &size), 0);
    for (size_t at = 0; at < size; at++) {
        for (size_t m = 0; m < COUNT(masks); m++) {
            struct snapshot *snap;
            bytes[at] ^= masks[m];
            int r = snapshot_attach(bytes, size, &snap);
            if (at < HEADER_SUPERSEDED)
                assert_int_equal(r, SNAPSHOT_DAMAGED);
            if (r == SNAPSHOT_OK)
                ask_all(snap);
            snapshot_close(snap);
            bytes[at] ^= masks[m];
        }
    }
    free(bytes);
}

/* As before, but whoever altered the header also made its check fit. */
static void test_header_forged(void **state)
{
    (void)state;
    static const uint8_t masks[] = {0x01, 0x02, 0x08, 0x10, 0x80, 0xff};
    struct snapshot_content content = sample_content(1);
    uint8_t *bytes;
    size_t size;
    assert_int_equal(snapshot_build(&content, &bytes, &size), 0);
    for (size_t at = 0; at < HEADER_CHECK; at++) {
        for (size_t m = 0; m < COUNT(masks); m++) {
            struct snapshot *snap;
            uint8_t *copy = malloc(size);
            memcpy(copy, bytes, size);
            copy[at] ^= masks[m];
            format_put64(copy + HEADER_CHECK, format_hash(FORMAT_SEED, copy, HEADER_CHECK));
            if (snapshot_attach(copy, size, &snap) == SNAPSHOT_OK) {
                struct snapshot_user user;
                for (uint32_t row = 0; row < 16; row++)
                    if (snapshot_read_user(snap, row, &user) == SNAPSHOT_OK)
                        assert_true(strlen(user.name) < size);
                snapshot_by_name(snap, "nobody-here", &user);
                snapshot_by_uid(snap, 1, &user);
            }
            snapshot_close(snap);
            free(copy);
        }
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_absent_keys),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_membership_instants),
        cmocka_unit_test(test_collisions),
        cmocka_unit_test(test_refused_content),
        cmocka_unit_test(test_refused_groups_and_members),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_every_byte_altered),
        cmocka_unit_test(test_header_forged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
