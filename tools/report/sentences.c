#include "report.h"
#include "words.h"

#define SAY(...)                                                                                   \
    do {                                                                                           \
        char text_[512];                                                                           \
        snprintf(text_, sizeof(text_), __VA_ARGS__);                                               \
        each(text_, arg);                                                                          \
    } while (0)

typedef unsigned long long number;

void report_sentences(const struct gdpop_audit_report *r, size_t findings,
                      void (*each)(const char *sentence, void *arg), void *arg)
{
    SAY(_("%llu events, %llu to %llu, sealed by %llu keys"), (number)r->events, (number)r->first,
        (number)r->last, (number)r->epochs);
    if (!r->seal_checked)
        each(_("the seals were not checked: no seal key was given"), arg);
    else if (r->sealed_to < r->last)
        SAY(_("events %llu to %llu are of an epoch that is not closed: who was root on the host "
              "then could still change them"),
            (number)r->sealed_to + 1, (number)r->last);
    if (!r->signature_checked)
        each(_("the signatures were not checked: no certificate was given, or a file is not signed "
               "by it"),
             arg);
    if (r->anchored_to)
        SAY(_("complete up to event %llu, which a checkpoint saw"), (number)r->anchored_to);
    if (r->anchored_to < r->last)
        SAY(_("complete only up to event %llu: what was cut off behind it cannot be told without a "
              "newer checkpoint"),
            (number)r->last);
    if (r->ok)
        each(_("the trail verifies"), arg);
    else
        SAY(_("the trail does not verify: %zu findings"), findings);
}
