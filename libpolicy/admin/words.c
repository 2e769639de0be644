/* States, kinds and levels: stable English words in records, arguments and JSON, translated where
 * people read them. */
#include "admin/admin.h"

static const char *const words[] = {
    /* accounts, requests, obligations */
    N_("active"), N_("applied"), N_("approved"), N_("frozen"), N_("closed"), N_("submitted"),
    N_("refused"), N_("failed"), N_("passed"), N_("findings"), N_("consent"), N_("approval"),
    N_("account"), N_("right"), N_("urgent"), N_("exception"), N_("window"), N_("rejected"),
    N_("carried-out"), N_("expired"), N_("withdrawn"), N_("open"), N_("done"),
    /* devices, permits, rules */
    N_("registered"), N_("bound"), N_("lost"), N_("repair"), N_("retired"), N_("in-force"),
    N_("future"), N_("ended"), N_("allowed"), N_("observed"), N_("change"), N_("notice"),
    N_("skipped"), N_("denied"), N_("override"),
    /* duties, levels, leaders */
    N_("system"), N_("security"), N_("audit"), N_("duty-officer"), N_("province"), N_("city"),
    N_("county"), N_("town"), N_("village"), N_("principal"), N_("responsible"), N_("acting"),
    N_("delegate"), N_("head"),
    /* kinds of devices, networks, roles, documents */
    N_("computer"), N_("phone"), N_("key"), N_("lan"), N_("vpn"), N_("management"),
    N_("device-anchored"), N_("learner"), N_("operator-entry"), N_("operator-management"),
    N_("operator-query"), N_("administrator"), N_("leader"), N_("vendor"), N_("service"),
    N_("resident"), N_("residence-permit"), N_("hkm-permit"), N_("tw-permit"), N_("foreign-permit"),
    N_("passport"), N_("permanent"), N_("temporary"), N_("seconded"),
    /* registers and reports */
    N_("contract-ended"), N_("listed"), N_("struck"), N_("in-office"), N_("held"), N_("checked"),
    N_("suspected"), N_("confirmed"), N_("refuted"), N_("found"), N_("reviewed"),
    N_("plan-started"), N_("reported"), N_("answered"), N_("proposed"), N_("published"),
    N_("assessed"), N_("out"), N_("destroyed"), N_("notified"), N_("sent"), N_("returned"),
    N_("scrapped"), N_("handed-over"), N_("requested"), N_("given"), N_("verified"), N_("mended"),
    N_("signed"), N_("tested"), N_("released"), N_("overdue"), N_("missing"), N_("in force"),
    N_("lapsed"), N_("not loaded"), N_("outstanding"), N_("outside"), N_("in order"),
    N_("by design"),
    /* choices of register fields */
    N_("leak"), N_("intrusion"), N_("malware"), N_("fault"), N_("loss"), N_("weakness"),
    N_("ordinary"), N_("larger"), N_("major"), N_("critical"), N_("disk"), N_("usb"), N_("optical"),
    N_("paper"), N_("other"), N_("education"), N_("discipline"), N_("judicial"), N_("law"),
    N_("awareness"), N_("secrecy"), N_("skills"), N_("records"), N_("export"), N_("statistics"),
    N_("comparison"), N_("data"), N_("archive"), N_("ukey"), N_("certificate"), N_("token"),
    N_("clean"), N_("record"), N_("joined"), N_("left"), N_("yes"), N_("no"), N_("none"),
    N_("first-responsible"), N_("security-staff"), N_("application-administrator"),
    N_("hardware-administrator"), N_("root-custodian"), N_("database-custodian"),
    N_("room-custodian"), N_("client-custodian"), N_("inspector"), N_("lending"), N_("sharing"),
    N_("excess-rights"), N_("disclosure"), N_("root"), N_("console"), N_("database"), N_("switch"),
    N_("bmc"), N_("backup-key"), N_("seal-key"), N_("issued"), N_("classified-protection"),
    N_("cryptography"), N_("risk"), N_("going-live"), N_("scan"), N_("self-assessment"),
    N_("inspection"), N_("secret"), N_("service-account"), N_("fine"), N_("warning"),
    N_("serious")};

const char *word_shown(const char *word)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i], word) == 0)
            return text_get(words[i]);
    return word;
}

const char *word_to_type(struct gdpop_admin *a, const char *word)
{
    const char *shown = word_shown(word);
    const char *both =
        strcmp(shown, word) == 0 ? word : arena_printf(a->call.arena, "%s (%s)", word, shown);
    return both ? both : word;
}
