/* The table reader of gdpop-admin's imports; the first byte chooses the separator. */
#include "../../tools/gdpop-admin/csv.c"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv csv;
    if (size == 0)
        return 0;
    enum csv_fault fault = csv_read((const char *)data + 1, size - 1, data[0] & 1, &csv);
    size_t bytes = 0;
    for (size_t i = 0; i < csv.record_count; i++)
        for (size_t f = 0; f <= csv.records[i].count; f++)
            bytes += strlen(csv_field(&csv, &csv.records[i], f));
    /* Fields never hold more than the text, and a fault always has its line. */
    if (bytes > csv.bytes_len || (fault && fault != CSV_NO_MEMORY && csv.fault_line == 0))
        abort();
    csv_free(&csv);
    return 0;
}
