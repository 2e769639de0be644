/* Logins go on while the store is worked on: during the import of a long table as gdpop-admin does
 * it, which makes the map grow, during archives, backups, snapshots and rotations of the keys. None
 * is refused and each is on record; each work goes on until so many have logged in since it began,
 * and the import until the table has so many rows.
 *
 *   storm_meanwhile [LOGINS [ROWS]]     100,000 accounts: storm_meanwhile 100 100000 */
#include "client.h"
#include "host.h"

#include "base/err.h"

#include <fcntl.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PROCESSES = 6,
    OPERATORS = 1500,
    PIECE_ROWS = 1000,
    PIECE_USEC = 250000,
    PAUSE_NSEC = 20000000
};

/* In memory that all share. */
static struct shared {
    atomic_uint logins;
    atomic_llong longest_usec; /* login, since the work began */
    atomic_bool over;
} * shared;
static unsigned serial, rows, table_rows, told_sessions;

static long long now_usec(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static void log_in_until_over(unsigned i)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (unsigned n = i; !atomic_load(&shared->over); n += PROCESSES) {
        long long began = now_usec(), longest = atomic_load(&shared->longest_usec);
        int code = client_login(n % OPERATORS, POPULATION_PASSWORD, true);
        if (code != PAM_SUCCESS)
            host_die("a login: PAM answered %d: %s", code, client_told());
        atomic_fetch_add(&shared->logins, 1);
        long long took = now_usec() - began;
        while (took > longest &&
               !atomic_compare_exchange_weak(&shared->longest_usec, &longest, took))
            ;
    }
    _exit(0);
}

static void done(int r, const char *what)
{
    if (r != 0)
        host_die("%s: %d", what, r);
}

/* A person and the application, as a row of gdpop-admin's account import. */
static void import_row(struct gdpop_admin *a)
{
    const struct gdpop_result *result;
    char number[16], user[16], *person = NULL;
    snprintf(number, sizeof(number), "E%08u", rows);
    snprintf(user, sizeof(user), "new%07u", rows++);
    const struct gdpop_arg someone[] = {{"name", "李四", 6},      {"document-type", "passport", 8},
                                        {"id-number", number, 9}, {"org", "county", 6},
                                        {"post", "科员", 6},      {"phone", "13800138000", 11},
                                        {"or-existing", "yes", 3}};
    done(gdpop_admin_call(a, "person", "add", someone, sizeof(someone) / sizeof(someone[0]),
                          &result),
         "a person");
    for (size_t i = 0; i < result->rows[0].count; i++)
        if (strcmp(result->rows[0].fields[i].name, "id") == 0)
            person = strdup(result->rows[0].fields[i].text);
    const struct gdpop_arg form[] = {{"user", user, strlen(user)},
                                     {"person", person, strlen(person)},
                                     {"role", "entry", 5},
                                     {"system", "population", 10}};
    done(gdpop_admin_call(a, "account", "apply", form, sizeof(form) / sizeof(form[0]), &result),
         "an application");
    free(person);
}

/* One piece of a table is one act, with a pause in which others go first (tools/gdpop-admin). */
static void import_piece(void)
{
    struct gdpop_admin *a;
    struct gdpop *g;
    unsigned from = rows;
    long long until = now_usec() + PIECE_USEC;
    done(gdpop_open(host.conf, &g), "open");
    done(gdpop_admin_begin(g, "sysadm", 0, &a), "begin");
    done(gdpop_admin_expect(a, 2 * PIECE_ROWS), "room");
    do
        import_row(a);
    while (rows < from + PIECE_ROWS && now_usec() < until);
    done(gdpop_admin_commit(a), "commit");
    gdpop_admin_end(a);
    gdpop_close(g);
    nanosleep(&(struct timespec){.tv_nsec = PAUSE_NSEC}, NULL);
}

static void archive(void)
{
    static const char *const words[] = {"audit", "archive", "what", "create", NULL, NULL};
    int r = host_act("audadm", words);
    done(r == GDPOP_ERR_NOT_FOUND ? 0 : r, "an archive");
}

static void back_up(void)
{
    char path[128], number[16];
    const char *const words[] = {"backup", "create", "out", number, NULL, NULL};
    snprintf(path, sizeof(path), "%s/backup-%u", host.dir, serial++);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    snprintf(number, sizeof(number), "%d", fd);
    done(fd < 0 ? -1 : host_act("sysadm", words), "a backup");
    close(fd);
    unlink(path);
}

static void rotate(void)
{
    static const char *const words[] = {"keys", "rotate", NULL, NULL};
    done(host_act("secadm", words), "a rotation");
}

static int touch(struct txn *t, void *arg)
{
    (void)arg;
    return publish_touch(t);
}

static void publish(void)
{
    struct gdpop *g;
    struct call call;
    done(gdpop_open(host.conf, &g), "open");
    done(call_open(&call, g), "open");
    done(store_update(call.store, call.arena, touch, NULL), "a change");
    done(publish_snapshot(call.store), "a snapshot");
    call_close(&call);
    gdpop_close(g);
}

/* Until so many have logged in since it began, and the table is entered. */
static void work(const char *what, void (*once)(void), unsigned logins)
{
    unsigned before = atomic_load(&shared->logins), times = 0;
    long long began = now_usec();
    atomic_store(&shared->longest_usec, 0);
    do {
        once();
        times++;
        for (pid_t pid; (pid = waitpid(-1, NULL, WNOHANG)) > 0;)
            host_die("process %d could not log in during the %s", (int)pid, what);
    } while (atomic_load(&shared->logins) - before < logins || rows < table_rows);
    printf("%u %s in %.1f s, %u logins meanwhile, the longest %.3f s\n", times, what,
           (double)(now_usec() - began) / 1e6, atomic_load(&shared->logins) - before,
           (double)atomic_load(&shared->longest_usec) / 1e6);
    fflush(stdout);
}

static unsigned map_mib(void)
{
    char path[128];
    struct stat st;
    snprintf(path, sizeof(path), "%s/store/data.mdb", host.dir);
    return stat(path, &st) == 0 ? (unsigned)(st.st_size >> 20) : 0;
}

static void count_session(const Model__Event *e, void *arg)
{
    (void)arg;
    told_sessions += strcmp(e->action, "login.session") == 0 && strcmp(e->outcome, "allowed") == 0;
}

/* Each login that was let in is there, once. */
static void check_sessions(void)
{
    host_events(1, count_session, NULL);
    if (told_sessions != atomic_load(&shared->logins))
        host_die("%u sessions in the trail, %u were opened", told_sessions,
                 atomic_load(&shared->logins));
}

int main(int argc, char **argv)
{
    unsigned logins = argc > 1 ? (unsigned)atoi(argv[1]) : 30;
    table_rows = argc > 2 ? (unsigned)atoi(argv[2]) : 0;
    pid_t pid[PROCESSES];
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        host_die("mmap");
    client_load();
    host_wait_sec = 5; /* as it is shipped */
    host_make(OPERATORS, 5);
    host_add_backup_key();
    unsigned before = map_mib();
    fflush(NULL);
    for (unsigned i = 0; i < PROCESSES; i++)
        if ((pid[i] = fork()) == 0)
            log_in_until_over(i);
    work("pieces of a table", import_piece, logins);
    work("archives", archive, logins);
    work("backups", back_up, logins);
    work("snapshots", publish, logins);
    work("rotations", rotate, logins);
    atomic_store(&shared->over, true);
    for (unsigned i = 0; i < PROCESSES; i++) {
        int status;
        if (waitpid(pid[i], &status, 0) != pid[i] || status != 0)
            host_die("a process could not log in");
    }
    host_check();
    check_sessions();
    printf("no login was refused; the map grew from %u to %u MiB\n", before, map_mib());
    host_remove();
    return 0;
}
