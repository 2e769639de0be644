#include "model/divisions.h"

#include <stdlib.h>

static const unsigned codes[] = {
#include "../../conf/divisions/codes.def"
};

static int compare(const void *a, const void *b)
{
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return (x > y) - (x < y);
}

bool division_is_known(unsigned code)
{
    return bsearch(&code, codes, sizeof(codes) / sizeof(codes[0]), sizeof(codes[0]), compare) !=
           NULL;
}
