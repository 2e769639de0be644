/* Logins go on while the store is worked on: during the import of a long table as gdpop-admin does
 * it, which makes the map grow, during archives, backups and snapshots. None
 * is refused; each work goes on until so many have logged in since it began.
 *
 *   storm_meanwhile [LOGINS] */
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

enum { PROCESSES = 6, OPERATORS = 1500, PIECE_ROWS = 500, PAUSE_NSEC = 20000000 };

/* In memory that all share. */
static struct shared {
    atomic_uint logins;
    atomic_bool over;
} * shared;
static unsigned serial, rows;

static void log_in_until_over(unsigned i)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (unsigned n = i; !atomic_load(&shared->over); n += PROCESSES) {
        int code = client_login(n % OPERATORS, POPULATION_PASSWORD, true);
        if (code != PAM_SUCCESS)
            host_die("a login: PAM answered %d: %s", code, client_told());
        atomic_fetch_add(&shared->logins, 1);
    }
    _exit(0);
}

static void done(int r, const char *what)
{
    if (r != 0)
        host_die("%s: %d", what, r);
}

/* One piece of a table is one act, with a pause in which others go first (tools/gdpop-admin). */
static void import_piece(void)
{
    struct gdpop_admin *a;
    struct gdpop *g;
    const struct gdpop_result *result;
    done(gdpop_open(host.conf, &g), "open");
    done(gdpop_admin_begin(g, "sysadm", 0, &a), "begin");
    done(gdpop_admin_expect(a, PIECE_ROWS), "room");
    for (int i = 0; i < PIECE_ROWS; i++) {
        char id[32];
        snprintf(id, sizeof(id), "unit-%u", rows++);
        const struct gdpop_arg args[] = {{"id", id, strlen(id)},
                                         {"name", id, strlen(id)},
                                         {"level", "town", 4},
                                         {"division", "440104", 6},
                                         {"supervised-by", "county", 6}};
        done(gdpop_admin_call(a, "org", "add", args, sizeof(args) / sizeof(args[0]), &result),
             "a row");
    }
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

/* Until so many have logged in since it began. */
static void work(const char *what, void (*once)(void), unsigned logins)
{
    unsigned before = atomic_load(&shared->logins), times = 0;
    do {
        once();
        times++;
        for (pid_t pid; (pid = waitpid(-1, NULL, WNOHANG)) > 0;)
            host_die("process %d could not log in during the %s", (int)pid, what);
    } while (atomic_load(&shared->logins) - before < logins);
    printf("%u %s, %u logins meanwhile\n", times, what, atomic_load(&shared->logins) - before);
    fflush(stdout);
}

static unsigned map_mib(void)
{
    char path[128];
    struct stat st;
    snprintf(path, sizeof(path), "%s/store/data.mdb", host.dir);
    return stat(path, &st) == 0 ? (unsigned)(st.st_size >> 20) : 0;
}

int main(int argc, char **argv)
{
    unsigned logins = argc > 1 ? (unsigned)atoi(argv[1]) : 30;
    pid_t pid[PROCESSES];
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        host_die("mmap");
    client_load();
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
    atomic_store(&shared->over, true);
    for (unsigned i = 0; i < PROCESSES; i++) {
        int status;
        if (waitpid(pid[i], &status, 0) != pid[i] || status != 0)
            host_die("a process could not log in");
    }
    host_check();
    printf("no login was refused; the map grew from %u to %u MiB\n", before, map_mib());
    host_remove();
    return 0;
}
