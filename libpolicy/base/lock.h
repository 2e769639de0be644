/* Locks between processes: open file description locks with a deadline. A lock dies with its
 * process; the descriptor is close-on-exec. */
#ifndef GDPOP_BASE_LOCK_H
#define GDPOP_BASE_LOCK_H

#include <stdint.h>
#include <sys/types.h>

struct lock {
    int fd; /* -1: not held */
};
#define LOCK_NONE                                                                                  \
    {                                                                                              \
        -1                                                                                         \
    }

/* Takes the whole file (created root-only when missing), waiting at most wait_ms. The holder's pid
 * and start time are written inside for whoever waits; a holder that is stopped (state T or t) when
 * the wait ends is killed, once, and the wait gets one more second. Errors: GDPOP_ERR_BUSY with the
 * holder's pid in the sentence, GDPOP_ERR_SYSTEM. */
int lock_file(const char *path, int wait_ms, struct lock *l);

/* Takes the bytes [start, start+len) of the file, waiting at most wait_ms. Same errors. */
int lock_range(const char *path, off_t start, off_t len, int wait_ms, struct lock *l);

void lock_release(struct lock *l);

/* Start time of a process in clock ticks since boot (field 22 of /proc/PID/stat), 0 when there is
 * none. With the pid and the boot id it names a process for good. */
uint64_t lock_process_start(pid_t pid);

#endif
