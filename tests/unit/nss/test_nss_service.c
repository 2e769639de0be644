/* libnss_gdpop as the C library calls it: buffers of every size, missing and damaged files,
 * enumeration, groups, threads and forks while the file is replaced. */
#include "sample.h"
#include "service.h"

#include "nss/format.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

static char buffer[4096];
static int error;

static int publish(const struct snapshot_content *content)
{
    return snapshot_publish(SERVICE_SNAPSHOT, content, 60000);
}

/* Tells readers to look at the path, as snapshot_publish does. */
static void mark_superseded(void)
{
    int fd = open(SERVICE_SNAPSHOT, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    assert_int_equal(pwrite(fd, "\1", 1, HEADER_SUPERSEDED), 1);
    close(fd);
}

static void remove_snapshot(void)
{
    mark_superseded();
    unlink(SERVICE_SNAPSHOT);
}

static int set_up(void **state)
{
    (void)state;
    struct snapshot_content content = sample_content(1);
    remove_snapshot();
    return publish(&content);
}

static int tear_down(void **state)
{
    (void)state;
    service.endpwent();
    service.endgrent();
    remove_snapshot();
    return 0;
}

static void test_passwd(void **state)
{
    (void)state;
    struct passwd pw;
    assert_int_equal(service.getpwnam("backup", &pw, buffer, sizeof buffer, &error),
                     NSS_STATUS_SUCCESS);
    assert_string_equal(pw.pw_name, "backup");
    assert_string_equal(pw.pw_passwd, "x");
    assert_int_equal(pw.pw_uid, 5003);
    assert_int_equal(pw.pw_gid, 6002);
    assert_string_equal(pw.pw_gecos, "nightly copies");
    assert_string_equal(pw.pw_dir, "/var/empty");
    assert_string_equal(pw.pw_shell, "/usr/sbin/nologin");
    assert_int_equal(service.getpwuid(5001, &pw, buffer, sizeof buffer, &error),
                     NSS_STATUS_SUCCESS);
    assert_string_equal(pw.pw_name, "alice");
    assert_int_equal(service.getpwnam("root", &pw, buffer, sizeof buffer, &error),
                     NSS_STATUS_NOTFOUND);
    assert_int_equal(error, ENOENT);
    assert_int_equal(service.getpwuid(0, &pw, buffer, sizeof buffer, &error), NSS_STATUS_NOTFOUND);
    assert_int_equal(service.getpwuid((uid_t)-1, &pw, buffer, sizeof buffer, &error),
                     NSS_STATUS_NOTFOUND);
}

static void test_group(void **state)
{
    (void)state;
    struct group gr;
    assert_int_equal(service.getgrnam("cme", &gr, buffer, sizeof buffer, &error),
                     NSS_STATUS_SUCCESS);
    assert_int_equal(gr.gr_gid, 6004);
    assert_string_equal(gr.gr_passwd, "x");
    assert_string_equal(gr.gr_mem[0], "alice");
    assert_null(gr.gr_mem[1]);
    assert_int_equal(service.getgrgid(6001, &gr, buffer, sizeof buffer, &error),
                     NSS_STATUS_SUCCESS);
    assert_string_equal(gr.gr_name, "staff");
    assert_string_equal(gr.gr_mem[0], "alice");
    assert_string_equal(gr.gr_mem[1], "zhang-san");
    assert_null(gr.gr_mem[2]);
    assert_int_equal(service.getgrgid(6003, &gr, buffer, sizeof buffer, &error),
                     NSS_STATUS_SUCCESS);
    assert_null(gr.gr_mem[0]);
    assert_int_equal(service.getgrnam("alice", &gr, buffer, sizeof buffer, &error),
                     NSS_STATUS_NOTFOUND);
    assert_int_equal(service.getgrgid(0, &gr, buffer, sizeof buffer, &error), NSS_STATUS_NOTFOUND);
}

/* From no byte to enough, at each alignment; the block ends where the buffer ends. Once it is
 * enough it stays enough. */
static void test_passwd_buffer_sizes(void **state)
{
    (void)state;
    const size_t need = sizeof "zhang-san" + sizeof "x" + sizeof "" + sizeof "/home/zhang-san" +
                        sizeof "/usr/sbin/nologin";
    for (size_t size = 0; size <= need + 8; size++) {
        struct passwd pw = {.pw_uid = 1};
        char *block = malloc(size + 1);
        char *at = block + 1;
        error = 0;
        enum nss_status status = service.getpwnam("zhang-san", &pw, at, size, &error);
        assert_int_equal(status, size < need ? NSS_STATUS_TRYAGAIN : NSS_STATUS_SUCCESS);
        if (size < need) {
            assert_int_equal(error, ERANGE);
            assert_int_equal(pw.pw_uid, 1);
        } else {
            assert_string_equal(pw.pw_shell, "/usr/sbin/nologin");
            assert_string_equal(pw.pw_dir, "/home/zhang-san");
        }
        free(block);
    }
}

static void test_group_buffer_sizes(void **state)
{
    (void)state;
    const size_t strings = sizeof "staff" + sizeof "x" + sizeof "alice" + sizeof "zhang-san";
    for (size_t shift = 0; shift < 8; shift++) {
        bool enough = false;
        for (size_t size = 0; size <= 64; size++) {
            struct group gr;
            char *block = malloc(size + shift + 1);
            char *at = block + shift;
            error = 0;
            enum nss_status status = service.getgrgid(6001, &gr, at, size, &error);
            if (status == NSS_STATUS_SUCCESS) {
                enough = true;
                assert_true(size >= strings + 3 * sizeof(char *));
                assert_int_equal((uintptr_t)gr.gr_mem % sizeof(char *), 0);
                assert_string_equal(gr.gr_name, "staff");
                assert_string_equal(gr.gr_mem[0], "alice");
                assert_string_equal(gr.gr_mem[1], "zhang-san");
                assert_null(gr.gr_mem[2]);
            } else {
                assert_false(enough);
                assert_int_equal(status, NSS_STATUS_TRYAGAIN);
                assert_int_equal(error, ERANGE);
            }
            free(block);
        }
        assert_true(enough);
    }
}

static void test_enumeration(void **state)
{
    (void)state;
    struct passwd pw;
    struct group gr;
    for (int round = 0; round < 2; round++) {
        if (round == 1)
            assert_int_equal(service.setpwent(0), NSS_STATUS_SUCCESS);
        for (size_t i = 0; i < COUNT(sample_users); i++) {
            /* A buffer that is too small loses no row. */
            assert_int_equal(service.getpwent(&pw, buffer, 3, &error), NSS_STATUS_TRYAGAIN);
            assert_int_equal(error, ERANGE);
            assert_int_equal(service.getpwent(&pw, buffer, sizeof buffer, &error),
                             NSS_STATUS_SUCCESS);
            assert_string_equal(pw.pw_name, sample_users[i].name);
        }
        assert_int_equal(service.getpwent(&pw, buffer, sizeof buffer, &error), NSS_STATUS_NOTFOUND);
        assert_int_equal(error, ENOENT);
    }
    assert_int_equal(service.setgrent(0), NSS_STATUS_SUCCESS);
    for (size_t i = 0; i < COUNT(sample_groups); i++) {
        assert_int_equal(service.getgrent(&gr, buffer, sizeof buffer, &error), NSS_STATUS_SUCCESS);
        assert_int_equal(gr.gr_gid, sample_groups[i].gid);
    }
    assert_int_equal(service.getgrent(&gr, buffer, sizeof buffer, &error), NSS_STATUS_NOTFOUND);
}

/* One enumeration, one generation; the next question sees the new one. */
static void test_enumeration_outlives_the_file(void **state)
{
    (void)state;
    struct passwd pw;
    struct snapshot_content content = sample_content(2);
    content.user_count = 1;
    content.member_count = 0;
    assert_int_equal(service.getpwent(&pw, buffer, sizeof buffer, &error), NSS_STATUS_SUCCESS);
    assert_int_equal(publish(&content), 0);
    assert_int_equal(service.getpwnam("bob", &pw, buffer, sizeof buffer, &error),
                     NSS_STATUS_NOTFOUND);
    for (size_t i = 1; i < COUNT(sample_users); i++) {
        assert_int_equal(service.getpwent(&pw, buffer, sizeof buffer, &error), NSS_STATUS_SUCCESS);
        assert_string_equal(pw.pw_name, sample_users[i].name);
    }
    service.endpwent();
    assert_int_equal(service.getpwent(&pw, buffer, sizeof buffer, &error), NSS_STATUS_SUCCESS);
    assert_int_equal(service.getpwent(&pw, buffer, sizeof buffer, &error), NSS_STATUS_NOTFOUND);
}

static void assert_all_unavailable(int wanted_error)
{
    struct passwd pw;
    struct group gr;
    long start = 0, size = 0;
    gid_t *groups = NULL;
    enum nss_status status[] = {
        service.getpwnam("alice", &pw, buffer, sizeof buffer, &error),
        service.getpwuid(5001, &pw, buffer, sizeof buffer, &error),
        service.setpwent(0),
        service.getpwent(&pw, buffer, sizeof buffer, &error),
        service.getgrnam("staff", &gr, buffer, sizeof buffer, &error),
        service.getgrgid(6001, &gr, buffer, sizeof buffer, &error),
        service.setgrent(0),
        service.getgrent(&gr, buffer, sizeof buffer, &error),
        service.initgroups("alice", 6000, &start, &size, &groups, -1, &error),
    };
    for (size_t i = 0; i < COUNT(status); i++)
        assert_int_equal(status[i], NSS_STATUS_UNAVAIL);
    assert_int_equal(error, wanted_error);
    assert_int_equal(start, 0);
}

static void replace_with(const void *bytes, size_t size, mode_t mode)
{
    int fd = open(SERVICE_SNAPSHOT ".other", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), (ssize_t)size);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
    mark_superseded();
    assert_int_equal(rename(SERVICE_SNAPSHOT ".other", SERVICE_SNAPSHOT), 0);
}

static void test_unavailable(void **state)
{
    (void)state;
    struct passwd pw;
    struct snapshot_content content = sample_content(1);
    uint8_t *bytes;
    size_t size;
    assert_int_equal(snapshot_build(&content, &bytes, &size), 0);
    replace_with(bytes, 0, 0644);
    assert_all_unavailable(EBADMSG);
    replace_with("GDPOPNSS", 8, 0644);
    assert_all_unavailable(EBADMSG);
    replace_with(bytes, size - 1, 0644);
    assert_all_unavailable(EBADMSG);
    replace_with(bytes, size, 0666);
    assert_all_unavailable(EPERM);
    remove_snapshot();
    assert_all_unavailable(ENOENT);
    assert_int_equal(mkdir(SERVICE_SNAPSHOT, 0755), 0);
    assert_all_unavailable(EPERM);
    assert_int_equal(rmdir(SERVICE_SNAPSHOT), 0);
    replace_with(bytes, size, 0644);
    assert_int_equal(service.getpwnam("alice", &pw, buffer, sizeof buffer, &error),
                     NSS_STATUS_SUCCESS);
    free(bytes);
}

/* Rights that are taken from the file count at once, though it is mapped. */
static void test_mapped_file_becomes_unsafe(void **state)
{
    (void)state;
    struct passwd pw;
    assert_int_equal(service.getpwnam("alice", &pw, buffer, sizeof buffer, &error),
                     NSS_STATUS_SUCCESS);
    mark_superseded();
    assert_int_equal(chmod(SERVICE_SNAPSHOT, 0666), 0);
    assert_all_unavailable(EPERM);
    assert_int_equal(chmod(SERVICE_SNAPSHOT, 0644), 0);
    assert_int_equal(service.getpwnam("alice", &pw, buffer, sizeof buffer, &error),
                     NSS_STATUS_SUCCESS);
}

/* Nobody told the readers: they notice by themselves. */
static void test_replaced_by_other_means(void **state)
{
    (void)state;
    struct passwd pw;
    struct snapshot_content content = sample_content(2);
    uint8_t *bytes;
    size_t size;
    enum nss_status status = NSS_STATUS_SUCCESS;
    content.user_count = 1;
    content.member_count = 0;
    assert_int_equal(service.getpwnam("bob", &pw, buffer, sizeof buffer, &error),
                     NSS_STATUS_SUCCESS);
    assert_int_equal(snapshot_build(&content, &bytes, &size), 0);
    int fd = open(SERVICE_SNAPSHOT ".other", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_int_equal(write(fd, bytes, size), (ssize_t)size);
    close(fd);
    free(bytes);
    assert_int_equal(rename(SERVICE_SNAPSHOT ".other", SERVICE_SNAPSHOT), 0);
    for (int tries = 0; tries < 1000 && status == NSS_STATUS_SUCCESS; tries++) {
        status = service.getpwnam("bob", &pw, buffer, sizeof buffer, &error);
        usleep(10000);
    }
    assert_int_equal(status, NSS_STATUS_NOTFOUND);
}

/* A publisher died between its mark and its rename: the old file is served on. */
static void test_marked_and_not_replaced(void **state)
{
    (void)state;
    struct passwd pw;
    struct snapshot_content content = sample_content(2);
    assert_int_equal(service.getpwnam("bob", &pw, buffer, sizeof buffer, &error),
                     NSS_STATUS_SUCCESS);
    mark_superseded();
    for (int i = 0; i < 3; i++)
        assert_int_equal(service.getpwnam("bob", &pw, buffer, sizeof buffer, &error),
                         NSS_STATUS_SUCCESS);
    content.user_count = 1;
    content.member_count = 0;
    assert_int_equal(publish(&content), 0);
    assert_int_equal(service.getpwnam("bob", &pw, buffer, sizeof buffer, &error),
                     NSS_STATUS_NOTFOUND);
}

/* Byte by byte, through the service: an answer or an error, never a crash. */
static void test_damage(void **state)
{
    (void)state;
    struct snapshot_content content = sample_content(1);
    uint8_t *bytes;
    size_t size;
    assert_int_equal(snapshot_build(&content, &bytes, &size), 0);
    for (size_t at = 0; at < size; at++) {
        struct passwd pw;
        struct group gr;
        long start = 0, room = 0;
        gid_t *groups = NULL;
        bytes[at] ^= 0xff;
        replace_with(bytes, size, 0644);
        bytes[at] ^= 0xff;
        for (size_t i = 0; i < COUNT(sample_users); i++) {
            const struct snapshot_user *u = &sample_users[i];
            if (service.getpwnam(u->name, &pw, buffer, sizeof buffer, &error) == NSS_STATUS_SUCCESS)
                assert_int_equal(pw.pw_uid, u->uid);
            if (service.getpwuid(u->uid, &pw, buffer, sizeof buffer, &error) == NSS_STATUS_SUCCESS)
                assert_string_equal(pw.pw_name, u->name);
            service.initgroups(u->name, u->gid, &start, &room, &groups, -1, &error);
        }
        for (size_t i = 0; i < COUNT(sample_groups); i++)
            if (service.getgrgid(sample_groups[i].gid, &gr, buffer, sizeof buffer, &error) ==
                NSS_STATUS_SUCCESS)
                assert_string_equal(gr.gr_name, sample_groups[i].name);
        free(groups);
    }
    free(bytes);
}

static void test_initgroups(void **state)
{
    (void)state;
    long start = 1, size = 1;
    gid_t *groups = malloc(sizeof *groups);
    groups[0] = 6000;
    assert_int_equal(service.initgroups("alice", 6000, &start, &size, &groups, -1, &error),
                     NSS_STATUS_SUCCESS);
    assert_int_equal(start, 3);
    assert_true(size >= start);
    assert_int_equal(groups[0], 6000);
    assert_int_equal(groups[1], 6001);
    assert_int_equal(groups[2], 6004);

    /* The group that the caller has already is left out; the ended one of bob too. */
    start = 0;
    assert_int_equal(service.initgroups("alice", 6001, &start, &size, &groups, -1, &error),
                     NSS_STATUS_SUCCESS);
    assert_int_equal(start, 1);
    assert_int_equal(groups[0], 6004);
    start = 0;
    assert_int_equal(service.initgroups("bob", 6000, &start, &size, &groups, -1, &error),
                     NSS_STATUS_SUCCESS);
    assert_int_equal(start, 0);
    assert_int_equal(service.initgroups("root", 0, &start, &size, &groups, -1, &error),
                     NSS_STATUS_NOTFOUND);
    free(groups);
}

enum { MANY = 5000 };

static void publish_many_groups(void)
{
    static char names[MANY][8];
    static struct snapshot_group groups[MANY];
    static struct snapshot_member members[MANY];
    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "g%u", i);
        groups[i] = (struct snapshot_group){names[i], 10000 + i};
        members[i] = (struct snapshot_member){.gid = 10000 + i};
    }
    struct snapshot_content content = {.generation = 2,
                                       .users = sample_users,
                                       .user_count = 1,
                                       .groups = groups,
                                       .group_count = MANY,
                                       .members = members,
                                       .member_count = MANY};
    assert_int_equal(publish(&content), 0);
}

static void test_initgroups_limits(void **state)
{
    (void)state;
    static const long limits[] = {-1, 0, 1, 2, 16, 17, MANY, MANY + 1};
    publish_many_groups();
    for (size_t i = 0; i < COUNT(limits); i++) {
        long start = 1, size = 1;
        gid_t *groups = malloc(sizeof *groups);
        groups[0] = 6000;
        assert_int_equal(
            service.initgroups("alice", 6000, &start, &size, &groups, limits[i], &error),
            NSS_STATUS_SUCCESS);
        bool cut = limits[i] > 0 && limits[i] < MANY + 1;
        assert_int_equal(start, cut ? limits[i] : MANY + 1);
        assert_true(size >= start);
        if (limits[i] > 0)
            assert_true(size <= limits[i]);
        for (long g = 1; g < start; g++)
            assert_int_equal(groups[g], 10000 + g - 1);
        free(groups);
    }
}

/* In generation g every account has gid 6000 + g % 2 and shell /g/<g % 2>: no answer may mix two.
 */
static int publish_generation(uint64_t generation)
{
    const char *shell = generation % 2 ? "/g/1" : "/g/0";
    struct snapshot_user users[COUNT(sample_users)];
    for (size_t i = 0; i < COUNT(users); i++) {
        users[i] = sample_users[i];
        users[i].gid = 6000 + (uint32_t)(generation % 2);
        users[i].shell = shell;
    }
    struct snapshot_content content = sample_content(generation);
    content.users = users;
    return publish(&content);
}

static bool is_consistent(const struct passwd *pw)
{
    return strncmp(pw->pw_shell, "/g/", 3) == 0 &&
           pw->pw_gid == 6000 + (gid_t)(pw->pw_shell[3] - '0');
}

static atomic_bool stop;
static atomic_ulong wrong;

static void *reader(void *arg)
{
    char own[1024];
    int own_error;
    struct passwd pw;
    struct group gr;
    size_t i = (size_t)(uintptr_t)arg;
    while (!atomic_load(&stop)) {
        const struct snapshot_user *u = &sample_users[i++ % COUNT(sample_users)];
        if (service.getpwnam(u->name, &pw, own, sizeof own, &own_error) != NSS_STATUS_SUCCESS ||
            pw.pw_uid != u->uid || !is_consistent(&pw))
            atomic_fetch_add(&wrong, 1);
        if (service.getpwuid(u->uid, &pw, own, sizeof own, &own_error) != NSS_STATUS_SUCCESS ||
            strcmp(pw.pw_name, u->name) != 0)
            atomic_fetch_add(&wrong, 1);
        if (service.getgrgid(6001, &gr, own, sizeof own, &own_error) != NSS_STATUS_SUCCESS ||
            strcmp(gr.gr_mem[1], "zhang-san") != 0)
            atomic_fetch_add(&wrong, 1);
        enum nss_status status = service.getpwent(&pw, own, sizeof own, &own_error);
        if (status == NSS_STATUS_NOTFOUND)
            service.setpwent(0);
        else if (status != NSS_STATUS_SUCCESS || !is_consistent(&pw))
            atomic_fetch_add(&wrong, 1);
    }
    return NULL;
}

/* What a forked child asks while threads of its parent were in the middle of anything. */
static int ask_in_child(void)
{
    struct passwd pw;
    for (size_t i = 0; i < COUNT(sample_users); i++)
        if (service.getpwnam(sample_users[i].name, &pw, buffer, sizeof buffer, &error) !=
                NSS_STATUS_SUCCESS ||
            pw.pw_uid != sample_users[i].uid || !is_consistent(&pw))
            return 1;
    return 0;
}

static int run_child(int (*work)(void))
{
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(work());
    return child > 0 && waitpid(child, &status, 0) == child ? status : -1;
}

static int publish_thousand(void)
{
    for (uint64_t generation = 2; generation <= 1001; generation++)
        if (publish_generation(generation) != 0)
            return 1;
    return 0;
}

static void test_threads_and_forks_during_replacement(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    struct passwd pw;
    int status = -1;
    remove_snapshot();
    assert_int_equal(publish_generation(1), 0);
    atomic_store(&stop, false);
    atomic_store(&wrong, 0);
    for (uintptr_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, reader, (void *)i), 0);
    pid_t publisher = fork();
    if (publisher == 0)
        _exit(publish_thousand());
    assert_true(publisher > 0);
    while (waitpid(publisher, &status, WNOHANG) == 0)
        assert_int_equal(run_child(ask_in_child), 0);
    atomic_store(&stop, true);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(status, 0);
    assert_int_equal(atomic_load(&wrong), 0);
    assert_int_equal(service.getpwnam("alice", &pw, buffer, sizeof buffer, &error),
                     NSS_STATUS_SUCCESS);
    assert_int_equal(pw.pw_gid, 6001);
}

/* Descriptors are not kept: a program that closes all of them, or reuses them, is not disturbed. */
static void test_no_descriptor_is_kept(void **state)
{
    (void)state;
    struct passwd pw;
    int before = dup(0);
    close(before);
    assert_int_equal(service.getpwnam("alice", &pw, buffer, sizeof buffer, &error),
                     NSS_STATUS_SUCCESS);
    assert_int_equal(service.setpwent(1), NSS_STATUS_SUCCESS);
    int after = dup(0);
    close(after);
    assert_int_equal(before, after);
}

/* Old mappings are given back: a program that asks through many replacements does not grow. */
static int count_mappings(void)
{
    char line[512];
    int count = 0;
    FILE *maps = fopen("/proc/self/maps", "re");
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps) != NULL)
        count += strstr(line, SERVICE_SNAPSHOT) != NULL;
    fclose(maps);
    return count;
}

static void test_old_mappings_go(void **state)
{
    (void)state;
    struct passwd pw;
    for (uint64_t generation = 2; generation < 50; generation++) {
        assert_int_equal(publish_generation(generation), 0);
        assert_int_equal(service.getpwnam("alice", &pw, buffer, sizeof buffer, &error),
                         NSS_STATUS_SUCCESS);
        assert_int_equal(pw.pw_gid, 6000 + generation % 2);
        assert_int_equal(count_mappings(), 1);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    service_load();
    const struct CMUnitTest tests[] = {
        TEST(test_passwd),
        TEST(test_group),
        TEST(test_passwd_buffer_sizes),
        TEST(test_group_buffer_sizes),
        TEST(test_enumeration),
        TEST(test_enumeration_outlives_the_file),
        TEST(test_unavailable),
        TEST(test_mapped_file_becomes_unsafe),
        TEST(test_replaced_by_other_means),
        TEST(test_marked_and_not_replaced),
        TEST(test_damage),
        TEST(test_initgroups),
        TEST(test_initgroups_limits),
        TEST(test_threads_and_forks_during_replacement),
        TEST(test_no_descriptor_is_kept),
        TEST(test_old_mappings_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
