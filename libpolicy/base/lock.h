/* Locks between processes: open file description locks with a deadline. A lock belongs to the open
 * file: it ends with lock_release, or when the process and every child it forked meanwhile (they
 * inherit the descriptor) are gone; exec closes it. It also holds between threads, and between two
 * calls in one process. */
#ifndef GDPOP_BASE_LOCK_H
#define GDPOP_BASE_LOCK_H

#include <stdint.h>
#include <sys/types.h>

struct lock {
    int fd;       /* -1: not held */
    off_t record; /* where the holder is written, -1: nowhere */
};
/* clang-format off */
#define LOCK_NONE {-1, -1}
/* clang-format on */

/* Takes the whole file (created root-only when missing), waiting at most wait_ms. The holder's pid
 * and start time are written inside for whoever waits; a holder that is stopped (state T or t) when
 * the wait ends is killed, once, and the wait gets one more second. Errors: GDPOP_ERR_BUSY with the
 * holder's pid in the sentence, GDPOP_ERR_SYSTEM. */
int lock_file(const char *path, int wait_ms, struct lock *l);

/* Takes the bytes [start, start+len) of the file, waiting at most wait_ms. Same errors. The holder
 * is written into these bytes, so with len < 32 there is no room for it: then a stopped holder is
 * not killed and the sentence names no pid. len 0: to the end of the file. */
int lock_range(const char *path, off_t start, off_t len, int wait_ms, struct lock *l);

/* Safe when nothing is held; keeps errno. */
void lock_release(struct lock *l);

/* Start time of a process in clock ticks since boot (field 22 of /proc/PID/stat), 0 when there is
 * none. With the pid and the boot id it names a process for good. */
uint64_t lock_process_start(pid_t pid);

#endif
