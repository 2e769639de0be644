/* Words of the page in both languages. */
#ifndef GDPOP_REPORT_LABELS_H
#define GDPOP_REPORT_LABELS_H

#include <stdio.h>

/* "labels":{"en":{…},"zh":{…}},"words":{…} */
void labels_put(FILE *out);

#endif
