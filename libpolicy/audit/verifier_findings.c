#include "audit/verifier_private.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

void verifier_flush(struct verifier *v)
{
    if (!v->holds)
        return;
    v->holds = false;
    v->findings++;
    if (v->first_bad == 0 || v->held.first < v->first_bad)
        v->first_bad = v->held.first;
    v->held.sentence = v->held_sentence;
    if (v->found)
        v->found(&v->held, v->arg);
}

__attribute__((format(printf, 5, 0))) static void hold_list(struct verifier *v, const char *kind,
                                                            uint64_t first, uint64_t last,
                                                            const char *sentence, va_list list)
{
    verifier_flush(v);
    v->held = (struct gdpop_audit_finding){.kind = kind, .first = first, .last = last};
    vsnprintf(v->held_sentence, sizeof(v->held_sentence), sentence, list);
    v->holds = true;
}

void verifier_hold(struct verifier *v, const char *kind, uint64_t first, uint64_t last,
                   const char *sentence, ...)
{
    va_list list;
    va_start(list, sentence);
    hold_list(v, kind, first, last, sentence, list);
    va_end(list);
}

void verifier_report(struct verifier *v, const char *kind, uint64_t first, uint64_t last,
                     const char *sentence, ...)
{
    va_list list;
    va_start(list, sentence);
    hold_list(v, kind, first, last, sentence, list);
    va_end(list);
    verifier_flush(v);
}

void verifier_gap(struct verifier *v, uint64_t first, uint64_t last)
{
    verifier_report(v, "missing", first, last,
                    _("events %llu to %llu are in none of the files: an export or an archive that "
                      "holds them (trail-%012llu-….jsonl.zst) is missing"),
                    (unsigned long long)first, (unsigned long long)last, (unsigned long long)first);
    v->gap = true;
}

bool verifier_holds_kind(const struct verifier *v, const char *kind)
{
    return v->holds && strcmp(v->held.kind, kind) == 0;
}

uint64_t verifier_run_start(struct verifier *v, const char *kind, uint64_t n)
{
    if (!verifier_holds_kind(v, kind) || v->held.last + 1 != n)
        return n;
    v->holds = false;
    return v->held.first;
}
