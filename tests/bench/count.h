#ifndef GDPOP_BENCH_COUNT_H
#define GDPOP_BENCH_COUNT_H

struct counts {
    unsigned syncs;  /* waits for the disk: fdatasync, fsync, synchronous writes */
    unsigned hashes; /* crypt and its kin */
};

#endif
