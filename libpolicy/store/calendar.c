#include "store/table.h"

#include <stdio.h>

const struct table table_calendar = {.name = "calendar", .type = &model__calendar__descriptor};

int store_put_calendar(struct txn *t, const Model__Calendar *c)
{
    char key[12];
    snprintf(key, sizeof(key), "%04u", c->year);
    return store_put(t, &table_calendar, bytes_of_text(key), c);
}
