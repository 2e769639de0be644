/* What naming costs, through the C library:
 *
 *   bench_nss SOURCE PREFIX ACCOUNTS SAMPLES SEED   random questions to one service of
 * nsswitch.conf bench_nss --first SOURCE WORD QUESTION          the first question of a process;
 * microseconds
 *
 * Prints one line of JSON: microseconds of each question, by name, by uid and for the groups, in
 * this process and as the first of fresh ones. */
#include "population.h"

#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { SAMPLES_MAX = 100000, BUFFER_BYTES = 4096, GROUPS_MAX = 256 };

/* Of glibc, declared nowhere since 2.32, exported still. */
extern int __nss_configure_lookup(const char *database, const char *services);

static const char *const questions[] = {"name", "uid", "groups"};

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void ask_only(const char *source)
{
    __nss_configure_lookup("passwd", source);
    __nss_configure_lookup("group", source);
    __nss_configure_lookup("initgroups", source);
}

static bool ask(const char *question, const char *prefix, uint32_t i, double *us)
{
    char name[POPULATION_NAME_BYTES], buffer[BUFFER_BYTES];
    struct passwd pw, *found = NULL;
    gid_t groups[GROUPS_MAX];
    int n = GROUPS_MAX;
    bool good;
    population_name(prefix, i, name);
    double start = now_us();
    if (question[0] == 'n')
        good = getpwnam_r(name, &pw, buffer, sizeof(buffer), &found) == 0 && found;
    else if (question[0] == 'u')
        good =
            getpwuid_r(POPULATION_FIRST_UID + i, &pw, buffer, sizeof(buffer), &found) == 0 && found;
    else
        good = getgrouplist(name, POPULATION_FIRST_UID + i, groups, &n) >= 1;
    *us = now_us() - start;
    return good;
}

static bool ask_fresh(const char *self, const char *source, const char *question,
                      const char *prefix, uint32_t i, double *us)
{
    char command[1024];
    snprintf(command, sizeof(command), "'%s' --first %s %s %s %u", self, source, question, prefix,
             i);
    FILE *child = popen(command, "re");
    bool good = child && fscanf(child, "%lf", us) == 1;
    return child && pclose(child) == 0 && good;
}

static void print(const char *name, const double *list, size_t n, const char *end)
{
    printf("\"%s\": [", name);
    for (size_t i = 0; i < n; i++)
        printf("%s%.3f", i ? ", " : "", list[i]);
    printf("]%s", end);
}

int main(int argc, char **argv)
{
    static double steady[SAMPLES_MAX], fresh[SAMPLES_MAX];
    if (argc == 6 && strcmp(argv[1], "--first") == 0) {
        ask_only(argv[2]);
        if (!ask(argv[3], argv[4], (uint32_t)strtoul(argv[5], NULL, 10), steady))
            return 1;
        printf("%.3f\n", steady[0]);
        return 0;
    }
    if (argc != 6)
        return 2;
    const char *source = argv[1], *prefix = argv[2];
    uint32_t accounts = (uint32_t)strtoul(argv[3], NULL, 10);
    size_t samples = strtoul(argv[4], NULL, 10), fresh_samples;
    srandom((unsigned)strtoul(argv[5], NULL, 10));
    if (samples > SAMPLES_MAX || samples == 0 || accounts == 0)
        return 2;
    fresh_samples = samples < 40 ? samples : 40;
    ask_only(source);
    printf("{");
    for (size_t q = 0; q < 3; q++) {
        char title[32];
        double dropped;
        ask(questions[q], prefix, 0, &dropped); /* the service is loaded */
        for (size_t i = 0; i < samples; i++)
            if (!ask(questions[q], prefix, (uint32_t)random() % accounts, &steady[i]))
                return 1;
        for (size_t i = 0; i < fresh_samples; i++)
            if (!ask_fresh(argv[0], source, questions[q], prefix, (uint32_t)random() % accounts,
                           &fresh[i]))
                return 1;
        snprintf(title, sizeof(title), "%s_steady", questions[q]);
        print(title, steady, samples, ", ");
        snprintf(title, sizeof(title), "%s_fresh", questions[q]);
        print(title, fresh, fresh_samples, q < 2 ? ", " : "");
    }
    printf("}\n");
    return 0;
}
