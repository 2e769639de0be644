#include "admin/table.h"

#include <stdlib.h>

extern const struct operation operations_account[], operations_account_state[],
    operations_agreement[], operations_audit[], operations_binding[], operations_credential[],
    operations_device[], operations_host[], operations_org[], operations_permit[],
    operations_person[], operations_policy[], operations_profile[], operations_session[],
    operations_status[], operations_tick[], operations_trace[], operations_trail[],
    operations_workplace[], operations_register[], operations_register_show[],
    operations_calendar[], operations_obligation[], operations_compliance[], operations_export[],
    operations_archive[], operations_role[], operations_request[], operations_leave[],
    operations_leave_steps[], operations_leave_gather[],
    operations_transfer[], operations_grant[], operations_window[], operations_org_change[],
    operations_org_merge[], operations_reveal[], operations_lost[], operations_forward[],
    operations_hold[], operations_destroy[], operations_reset[], operations_correct[],
    operations_purge[], operations_account_sheet[], operations_succession[], operations_adopt[],
    operations_backup[], operations_restore[], operations_keys[], operations_observe[],
    operations_review[], operations_service[], operations_manifest[], operations_device_state[];

const struct operation *const operation_files[] = {
    operations_account,
    operations_account_state,
    operations_agreement,
    operations_audit,
    operations_binding,
    operations_credential,
    operations_device,
    operations_host,
    operations_org,
    operations_permit,
    operations_person,
    operations_policy,
    operations_profile,
    operations_session,
    operations_status,
    operations_tick,
    operations_trace,
    operations_trail,
    operations_workplace,
    operations_register,
    operations_register_show,
    operations_calendar,
    operations_obligation,
    operations_compliance,
    operations_export,
    operations_archive,
    operations_role,
    operations_request,
    operations_leave,
    operations_leave_steps,
    operations_leave_gather,
    operations_transfer,
    operations_grant,
    operations_window,
    operations_org_change,
    operations_org_merge,
    operations_reveal,
    operations_lost,
    operations_forward,
    operations_hold,
    operations_destroy,
    operations_reset,
    operations_correct,
    operations_purge,
    operations_account_sheet,
    operations_succession,
    operations_adopt,
    operations_backup,
    operations_restore,
    operations_keys,
    operations_observe,
    operations_review,
    operations_service,
    operations_manifest,
    operations_device_state,
    NULL,
};

const struct operation *operation_find(const char *noun, const char *verb)
{
    for (size_t i = 0; operation_files[i]; i++)
        for (const struct operation *o = operation_files[i]; o->public.noun; o++)
            if (strcmp(o->public.noun, noun) == 0 && strcmp(o->public.verb, verb) == 0)
                return o;
    return NULL;
}

static int by_name(const void *a, const void *b)
{
    const struct gdpop_operation *x = *(const struct gdpop_operation *const *)a;
    const struct gdpop_operation *y = *(const struct gdpop_operation *const *)b;
    int order = strcmp(x->noun, y->noun);
    return order ? order : strcmp(x->verb, y->verb);
}

size_t gdpop_operations(const struct gdpop_operation *const **list)
{
    enum { MAX = 256 };
    static const struct gdpop_operation *sorted[MAX];
    static size_t count;
    if (count == 0) {
        size_t n = 0;
        for (size_t i = 0; operation_files[i]; i++)
            for (const struct operation *o = operation_files[i]; o->public.noun && n < MAX; o++)
                sorted[n++] = &o->public;
        qsort(sorted, n, sizeof(sorted[0]), by_name);
        count = n;
    }
    *list = sorted;
    return count;
}

const char *duty_names(unsigned duties)
{
    switch (duties & ~(unsigned)GDPOP_DUTY_HOST) {
    case GDPOP_DUTY_SYSTEM:
        return _("system");
    case GDPOP_DUTY_SECURITY:
        return _("security");
    case GDPOP_DUTY_AUDIT:
        return _("audit");
    case GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY:
        return _("system or security");
    case GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY | GDPOP_DUTY_OFFICER:
        return _("system, security or duty-officer");
    case GDPOP_DUTY_ANY:
        return _("system, security or audit");
    case GDPOP_DUTY_ANY | GDPOP_DUTY_LEADER:
        return _("system, security or audit, and to leaders");
    case GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY | GDPOP_DUTY_LEADER:
        return _("system or security, and to leaders");
    case GDPOP_DUTY_LEADER:
        return _("leader");
    default:
        return _("no duty");
    }
}
