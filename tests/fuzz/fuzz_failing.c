/* fuzz_pam with memory, files and processes that fail where the input says. */
#define FAILING
#include "fuzz_pam.c"
