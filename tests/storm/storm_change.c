/* Processes that change the password of one account at the same time, as long as it takes until
 * each has changed it so many times: every change acknowledged is an entry of the history and an
 * event, in one order; nobody changes a password that another has just changed unseen.
 *
 *   storm_change [CHANGES_EACH] */
#include "client.h"
#include "deeds.h"
#include "host.h"
#include "together.h"

#include <sched.h>
#include <security/pam_appl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PROCESSES = 32, KEPT = 24, LIMIT = 100 };

/* In memory that all share. */
struct shared {
    atomic_uint current;       /* slot and serial of the password, as far as is known */
    atomic_uint late, refused; /* the old password was not it any more; nor was it in the end */
    unsigned changed[PROCESSES];
};

static struct shared *shared;
static unsigned each = 5, changes;

static void password_of(unsigned number, char out[static HOST_PASSWORD_BYTES])
{
    deed_password(number / 1000, number % 1000, out);
}

/* Another may have been quicker at any point: the answers say so, and one tries again. */
static int change(unsigned i, void *arg)
{
    char old[HOST_PASSWORD_BYTES], new[HOST_PASSWORD_BYTES];
    (void)arg;
    together_meet();
    for (unsigned serial = 1; serial <= each;) {
        unsigned mine = i * 1000 + serial;
        unsigned known = atomic_load(&shared->current);
        password_of(known, old);
        password_of(mine, new);
        int code = client_change(0, old, new, NULL, NULL);
        if (code == PAM_SUCCESS) {
            atomic_store(&shared->current, mine);
            shared->changed[i]++;
            serial++;
        } else if (code == PAM_AUTH_ERR) {
            atomic_fetch_add(&shared->late, 1);
            while (atomic_load(&shared->current) == known) /* whoever was quicker will tell */
                sched_yield();
        } else if (strstr(client_told(), "hange")) {
            atomic_fetch_add(&shared->refused, 1);
        } else {
            host_die("a change of password: PAM answered %d: %s", code, client_told());
        }
    }
    return 0;
}

static void count_event(const Model__Event *e, void *arg)
{
    (void)arg;
    changes += strcmp(e->action, "password.change") == 0 && strcmp(e->outcome, "done") == 0;
}

int main(int argc, char **argv)
{
    int answers[PROCESSES];
    char last[HOST_PASSWORD_BYTES];
    unsigned acknowledged = 0;
    each = argc > 1 ? (unsigned)atoi(argv[1]) : each;
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        host_die("mmap");
    client_load();
    host_make(1, LIMIT);
    together(PROCESSES, change, NULL, answers);
    for (unsigned i = 0; i < PROCESSES; i++)
        acknowledged += shared->changed[i];
    host_check();
    host_events(1, count_event, NULL);
    password_of(atomic_load(&shared->current), last);
    struct host_standing standing = host_standing(0, last);
    printf("%u changes acknowledged, %u events, %u kept; %u came too late, %u in the same moment\n",
           acknowledged, changes, standing.history, atomic_load(&shared->late),
           atomic_load(&shared->refused));
    unsigned kept = acknowledged + 1 < KEPT ? acknowledged + 1 : KEPT;
    if (acknowledged != PROCESSES * each || changes != acknowledged || standing.history != kept)
        host_die("changes, events and history do not agree");
    host_remove();
    return 0;
}
