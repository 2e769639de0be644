#ifndef GDPOP_BENCH_COUNT_H
#define GDPOP_BENCH_COUNT_H

struct counts {
    unsigned syncs;  /* fdatasync and fsync */
    unsigned hashes; /* crypt and its kin */
};

#endif
