#include "store/table.h"

/* Backups that were made, by their ids, and the public keys that they are made for. */
const struct table table_backup = {.name = "backup", .type = &model__backup__descriptor};
const struct table table_backup_key = {.name = "backup_key",
                                       .type = &model__backup_key__descriptor};

int store_put_backup(struct txn *t, const Model__Backup *b)
{
    return store_put(t, &table_backup, bytes_of_text(b->id), b);
}

int store_get_backup(struct txn *t, const char *id, Model__Backup **b)
{
    return store_get(t, &table_backup, bytes_of_text(id), (void **)b);
}

int store_backups(struct txn *t, Model__Backup ***list, size_t *count)
{
    return record_list(t, &table_backup, BYTES("", 0), (void ***)list, count);
}

int store_put_backup_key(struct txn *t, const Model__BackupKey *k)
{
    return store_put(t, &table_backup_key, bytes_of_text(k->id), k);
}

int store_get_backup_key(struct txn *t, const char *id, Model__BackupKey **k)
{
    return store_get(t, &table_backup_key, bytes_of_text(id), (void **)k);
}

int store_backup_keys(struct txn *t, Model__BackupKey ***list, size_t *count)
{
    return record_list(t, &table_backup_key, BYTES("", 0), (void ***)list, count);
}
