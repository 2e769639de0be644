/* What naming costs: bench_nss [ACCOUNTS] publishes a snapshot of that many accounts (1,000,000)
 * with two groups each, then asks libnss_gdpop for random ones, in this process and as the first
 * question of fresh ones. Microseconds. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../unit/nss/service.h"
#include "base/err.h"
#include "nss/snapshot.h"

enum { GROUPS = 20, QUESTIONS = 200000, PROCESSES = 200, PUBLICATIONS = 5 };

static uint64_t random_state = 88172645463325252u;

static uint32_t random_below(uint32_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state % n);
}

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(const char *what, double *samples, size_t n)
{
    qsort(samples, n, sizeof *samples, compare);
    printf("%-34s p50 %10.2f  p99 %10.2f  max %10.2f  (%zu)\n", what, samples[n / 2],
           samples[n * 99 / 100], samples[n - 1], n);
    fflush(stdout);
}

static struct snapshot_content make_content(uint32_t accounts)
{
    struct snapshot_user *users = calloc(accounts, sizeof *users);
    struct snapshot_group *groups = calloc(GROUPS, sizeof *groups);
    struct snapshot_member *members = calloc(2 * (size_t)accounts, sizeof *members);
    for (uint32_t i = 0; i < GROUPS; i++) {
        char name[16];
        snprintf(name, sizeof name, "role%u", i);
        groups[i] = (struct snapshot_group){strdup(name), 60000 + i};
    }
    for (uint32_t i = 0; i < accounts; i++) {
        char name[32], home[40];
        snprintf(name, sizeof name, "operator%u", i);
        snprintf(home, sizeof home, "/home/%s", name);
        users[i] = (struct snapshot_user){strdup(name), 100000 + i,
                                          60000,        "",
                                          strdup(home), i % 10 ? "/bin/bash" : "/usr/sbin/nologin"};
        members[2 * i] = (struct snapshot_member){i, 60001 + i % 9, 0, 0};
        members[2 * i + 1] = (struct snapshot_member){i, 60010 + i % 9, 1, INT64_MAX};
    }
    return (struct snapshot_content){.users = users,
                                     .user_count = accounts,
                                     .groups = groups,
                                     .group_count = GROUPS,
                                     .members = members,
                                     .member_count = 2 * (size_t)accounts};
}

static int bench_publish(struct snapshot_content *content)
{
    double build[PUBLICATIONS], publish[PUBLICATIONS];
    size_t size = 0;
    unlink(SERVICE_SNAPSHOT);
    for (size_t i = 0; i < PUBLICATIONS; i++) {
        uint8_t *bytes;
        double start = now_us();
        content->generation = i + 1;
        if (snapshot_build(content, &bytes, &size) != 0)
            return 1;
        build[i] = now_us() - start;
        free(bytes);
        start = now_us();
        if (snapshot_publish(SERVICE_SNAPSHOT, content, 60000) != 0)
            return 1;
        publish[i] = now_us() - start;
    }
    printf("%zu accounts, %zu bytes\n", content->user_count, size);
    report("build in memory", build, PUBLICATIONS);
    report("publish", publish, PUBLICATIONS);
    return 0;
}

static void bench_steady(const struct snapshot_content *content)
{
    static double samples[QUESTIONS];
    uint32_t n = (uint32_t)content->user_count;
    char buffer[1024];
    struct passwd pw;
    int error;
    for (size_t i = 0; i < QUESTIONS; i++) {
        const char *name = content->users[random_below(n)].name;
        double start = now_us();
        if (service.getpwnam(name, &pw, buffer, sizeof buffer, &error) != NSS_STATUS_SUCCESS)
            exit(1);
        samples[i] = now_us() - start;
    }
    report("getpwnam, steady", samples, QUESTIONS);
    for (size_t i = 0; i < QUESTIONS; i++) {
        uid_t uid = content->users[random_below(n)].uid;
        double start = now_us();
        if (service.getpwuid(uid, &pw, buffer, sizeof buffer, &error) != NSS_STATUS_SUCCESS)
            exit(1);
        samples[i] = now_us() - start;
    }
    report("getpwuid, steady", samples, QUESTIONS);
    for (size_t i = 0; i < QUESTIONS; i++) {
        long start_at = 0, size = 16;
        gid_t *groups = malloc(16 * sizeof *groups);
        const char *name = content->users[random_below(n)].name;
        double start = now_us();
        if (service.initgroups(name, 60000, &start_at, &size, &groups, -1, &error) !=
            NSS_STATUS_SUCCESS)
            exit(1);
        samples[i] = now_us() - start;
        free(groups);
    }
    report("initgroups of two, steady", samples, QUESTIONS);
}

static void bench_group(void)
{
    double samples[5];
    size_t size = 64 << 20;
    char *buffer = malloc(size);
    struct group gr;
    int error;
    for (size_t i = 0; i < 5; i++) {
        double start = now_us();
        if (service.getgrgid(60001, &gr, buffer, size, &error) != NSS_STATUS_SUCCESS)
            exit(1);
        samples[i] = now_us() - start;
    }
    report("getgrgid of a ninth of all", samples, 5);
    free(buffer);
}

/* In a fresh process: loading the library, and the first question. */
static int first_question(const char *name)
{
    char buffer[1024];
    struct passwd pw;
    int error;
    double start = now_us();
    service_load();
    double loaded = now_us();
    enum nss_status status = service.getpwnam(name, &pw, buffer, sizeof buffer, &error);
    double end = now_us();
    printf("%.3f %.3f\n", loaded - start, end - loaded);
    return status == NSS_STATUS_SUCCESS ? 0 : 1;
}

static void bench_fresh(const char *self, const struct snapshot_content *content)
{
    double load[PROCESSES], first[PROCESSES];
    for (size_t i = 0; i < PROCESSES; i++) {
        char command[4200];
        snprintf(command, sizeof command, "%s --first %s", self,
                 content->users[random_below((uint32_t)content->user_count)].name);
        FILE *child = popen(command, "re");
        if (child == NULL || fscanf(child, "%lf %lf", &load[i], &first[i]) != 2)
            exit(1);
        pclose(child);
    }
    report("loading the library, fresh process", load, PROCESSES);
    report("first getpwnam, fresh process", first, PROCESSES);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--first") == 0)
        return first_question(argv[2]);
    struct snapshot_content content =
        make_content(argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000);
    if (content.user_count == 0 || bench_publish(&content) != 0) {
        fprintf(stderr, "%s\n", err_sentence());
        return 1;
    }
    service_load();
    bench_steady(&content);
    bench_group();
    bench_fresh(argv[0], &content);
    unlink(SERVICE_SNAPSHOT);
    return 0;
}
