#include "labels.h"

#include "report.h"
#include "text.h"
#include "words.h"

struct label {
    const char *name, *english;
};

static const struct label labels[] = {
    {"title", N_("Audit report")},
    {"period", N_("{0} to {1} (UTC+8), from {2}")},
    {"print", N_("Print")},
    {"nothing", N_("no such events")},
    {"verdict_good", N_("Verified: complete and unaltered up to the newest checkpoint")},
    {"verdict_part", N_("Verified as far as can be told: nothing was found altered")},
    {"verdict_bad", N_("Not sound: the trail does not verify")},
    {"more_findings", N_("{0} further findings: gdpop-audit verify lists them all")},
    {"events", N_("events")},
    {"logins", N_("logins")},
    {"denials", N_("denied logins")},
    {"lockouts", N_("lockouts")},
    {"offsite", N_("off-site logins denied")},
    {"away", N_("off-site logins")},
    {"sharing", N_("sharing")},
    {"lending", N_("lending")},
    {"acts", N_("acts done")},
    {"refused", N_("refused acts")},
    {"observed", N_("observed only")},
    {"others", N_("{0} others")},
    {"unknown", N_("not told by these files")},
    {"chart_days", N_("Logins and denials over time")},
    {"chart_days_note", N_("sessions opened, and every decision that denied a login")},
    {"chart_rules", N_("Denials by article and rule")},
    {"chart_rules_note", N_("what decided; observed: would have denied")},
    {"chart_organisations", N_("Logins and denials by organisation")},
    {"chart_organisations_note", N_("the account's organisation at that time")},
    {"chart_watch", N_("Lockouts, off-site logins, sharing and lending over time")},
    {"chart_watch_note", N_("what the regulations ask to look into")},
    {"timeline", N_("Timeline of an account")},
    {"timeline_note", N_("Choose an account: what it did and what was done to it, the newest "
                         "first.")},
    {"timeline_count", N_("the newest {0} of {1} events of this account in the table below")},
    {"account", N_("account")},
    {"by", N_("by {0}")},
    {"events_title", N_("Events")},
    {"bounds_all", N_("All {0} events are in this table.")},
    {"bounds_some", N_("This table holds the newest {0} of {1} events; numbers and charts count "
                       "all of them.")},
    {"shown", N_("{0} of {1} events shown")},
    {"search", N_("search: words, accounts, addresses, numbers")},
    {"all_outcomes", N_("all outcomes")},
    {"all_actions", N_("all actions")},
    {"all_tags", N_("all articles")},
    {"from", N_("from")},
    {"to", N_("to")},
    {"reset", N_("Reset")},
    {"printed_all", N_("{0} events, as filtered on the page")},
    {"printed_some", N_("The first {0} of {1} events, as filtered and sorted on the page.")},
    {"counted",
     N_("Counted: logins are sessions opened (login.session allowed); denied logins are "
        "events login.* with outcome denied or failed; lockouts are account.lockout and "
        "source.lockout; off-site logins are events login.session of the rule "
        "workplace that a permit let in (its number is the object) or that the rule only "
        "observed, and those denied are its denials; sharing and lending are events "
        "denied or observed by the rules sharing and lending; refused acts have the "
        "outcome refused. Personal data are masked as in the trail.")},
    {"made", N_("Made on {0} (UTC+8) by gdpop-audit {1}. This page asks nothing of any network.")},
    {"license", N_("Charts: Chart.js, (c) Chart.js Contributors, MIT License (text in this page's "
                   "source).")},
    {"sequence", N_("No.")},
    {"at", N_("Time")},
    {"actor", N_("Actor")},
    {"action", N_("Action")},
    {"subject", N_("Subject")},
    {"object", N_("Object")},
    {"outcome", N_("Outcome")},
    {"tag", N_("Article")},
    {"rule", N_("Rule")},
    {"code", N_("Code")},
    {"service", N_("Service")},
    {"address", N_("Address")},
    {"tty", N_("Terminal")},
    {"device", N_("Device")},
    {"session", N_("Session")},
    {"detail", N_("Detail")},
    {"host", N_("Host")},
};

static const struct label words[] = {
    {"allowed", N_("allowed")},     {"denied", N_("denied")},
    {"done", N_("done")},           {"failed", N_("failed")},
    {"refused", N_("refused")},     {"observed", N_("observed")},
    {"permitted", N_("permitted")}, {"change-password", N_("password to be changed")},
};

static void put_list(FILE *out, const char *name, const struct label *list, size_t count)
{
    static const char *const languages[] = {"en", "zh"};
    const char *before = gdpop_language(NULL);
    fprintf(out, "\"%s\":{", name);
    for (size_t k = 0; k < 2; k++) {
        gdpop_language(languages[k]);
        fprintf(out, "%s\"%s\":{", k ? "," : "", languages[k]);
        for (size_t i = 0; i < count; i++) {
            fprintf(out, "%s\"%s\":", i ? "," : "", list[i].name);
            report_put_text(out, _(list[i].english));
        }
        fputc('}', out);
    }
    fputc('}', out);
    gdpop_language(before);
}

void labels_put(FILE *out)
{
    put_list(out, "labels", labels, sizeof(labels) / sizeof(*labels));
    fputc(',', out);
    put_list(out, "words", words, sizeof(words) / sizeof(*words));
}
