/* A disk that loses its power. Between disk_record and disk_stop what this process writes to the
 * files of one directory (pwrite, writev, pwritev, fsync, fdatasync, O_DSYNC) is noted, in order,
 * beside what really happens. disk_cut then makes the directory as a power cut after the first N
 * notes may leave it: what was flushed is there; of what was written since, and of the write under
 * way, each 512-byte sector is there or not, as `loss` says. One thread. */
#ifndef GDPOP_TESTS_CRASH_DISK_H
#define GDPOP_TESTS_CRASH_DISK_H

#include <stddef.h>

enum disk_loss {
    DISK_LOSES_ALL,     /* nothing that was not flushed */
    DISK_LOSES_NOTHING, /* everything written arrived */
    DISK_LOSES_WRITES,  /* whole writes, any of them */
    DISK_LOSES_SECTORS  /* sectors, any of them */
};
enum { DISK_LOSSES = 4 };

/* The files of dir as they are now are on the disk. Ends the program when they cannot be read. */
void disk_record(const char *dir);
void disk_stop(void);
/* Number of notes until now; a place to cut is a number from 0 to this. */
size_t disk_notes(void);

/* Makes the directory `to` (it is there, with files of an earlier cut or none). */
void disk_cut(size_t notes, enum disk_loss loss, const char *to);

#endif
