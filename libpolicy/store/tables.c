#include "store/table.h"

const struct table *const store_tables[] = {
    &table_meta,       &table_organisation, &table_person,     &table_account,
    &table_credential, &table_counter,      &table_source,     &table_device,
    &table_binding,    &table_host,         &table_workplace,  &table_permit,
    &table_agreement,  &table_session,      &table_profile,    &table_override,
    &table_policy,     &table_event,        &table_register,   &table_obligation,
    &table_calendar,   &table_checkpoint,   &table_archive,    &table_role,
    &table_request,    &table_backup,       &table_backup_key, NULL,
};
