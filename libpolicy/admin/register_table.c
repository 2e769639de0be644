#include "admin/register.h"

#define NEED(field, k, text)                                                                       \
    {                                                                                              \
        .name = field, .kind = k, .required = true, .title = text                                  \
    }
#define NEED_MASKED(field, text)                                                                   \
    {                                                                                              \
        .name = field, .kind = FIELD_TEXT, .required = true, .title = text, .masked = true         \
    }
#define MAY(field, k, text)                                                                        \
    {                                                                                              \
        .name = field, .kind = k, .title = text                                                    \
    }
#define PICK(field, list, text)                                                                    \
    {                                                                                              \
        .name = field, .kind = FIELD_CHOICE, .required = true, .choices = list, .title = text      \
    }
#define MAY_PICK(field, list, text)                                                                \
    {                                                                                              \
        .name = field, .kind = FIELD_CHOICE, .choices = list, .title = text                        \
    }
#define REFER(field, list, text)                                                                   \
    {                                                                                              \
        .name = field, .kind = FIELD_ENTRY, .required = true, .choices = list, .title = text       \
    }
#define FIELDS(...)                                                                                \
    (const struct register_field[])                                                                \
    {                                                                                              \
        __VA_ARGS__,                                                                               \
        {                                                                                          \
            .name = NULL                                                                           \
        }                                                                                          \
    }
#define MOVES(...)                                                                                 \
    (const struct register_move[])                                                                 \
    {                                                                                              \
        __VA_ARGS__,                                                                               \
        {                                                                                          \
            .from = NULL                                                                           \
        }                                                                                          \
    }
#define DUE(...)                                                                                   \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define EVERY(months_, states_)                                                                    \
    {                                                                                              \
        .kind = DUE_EVERY, .months = months_, .states = states_                                    \
    }
#define EVERY_WHEN(field_, value_, months_)                                                        \
    {                                                                                              \
        .kind = DUE_EVERY, .months = months_, .field = field_, .value = value_                     \
    }
#define BY(field_, states_)                                                                        \
    {                                                                                              \
        .kind = DUE_BY, .field = field_, .states = states_                                         \
    }
#define WITHIN(setting_, states_)                                                                  \
    {                                                                                              \
        .kind = DUE_WITHIN, .setting = SETTING_##setting_, .states = states_                       \
    }

#define SYSTEM GDPOP_DUTY_SYSTEM
#define SECURITY GDPOP_DUTY_SECURITY
#define AUDIT GDPOP_DUTY_AUDIT
#define EITHER (GDPOP_DUTY_SYSTEM | GDPOP_DUTY_SECURITY)
#define ANY GDPOP_DUTY_ANY

/* An entry that is written once and stands. */
#define ONCE(state, duties) MOVES({"", state, duties, ""})

#define AGREEMENT_FIELDS                                                                           \
    NEED("counterpart", FIELD_TEXT, N_("Other party")),                                            \
        NEED("signed_by", FIELD_TEXT, N_("Signed by")),                                            \
        NEED("counterpart_signed_by", FIELD_TEXT, N_("Signed for the other party by")),            \
        MAY("shelf", FIELD_TEXT, N_("Shelf mark"))
/* The contract ends; the duty to keep secrets never does (GD-A1.6, GD-A3.3). */
#define AGREEMENT_MOVES                                                                            \
    MOVES({"", "in-force", SYSTEM, ""}, {"in-force", "contract-ended", SYSTEM, ""})

static const struct register_recipient incident_recipients[] = {
    {"GD-A5.2", NULL, NULL, NULL, N_("the unit itself and the level above")},
    {"SZ-17", NULL, "kind", "leak", N_("the head of the unit, at once")},
    {"CQ-10.2", "county town village", NULL, NULL, N_("the city's health commission, at once")},
    {"TJ-24", NULL, "severity", "ordinary larger", N_("level by level")},
    {"TJ-24", NULL, "severity", "major critical", N_("the office of the leading group, directly")},
    {"JC-33", NULL, "severity", "larger major critical",
     N_("the administrations of cyberspace, public security and data")},
    {NULL},
};

const struct register_kind register_kinds[] = {
    {.name = "agreement-a1",
     .title = N_("Agreements with units that develop or run systems (A1)"),
     .tags = "GD-5.1 GD-5.8 GD-A1.6 CQ-6.8 TJ-22 JC-12",
     .fields = FIELDS(AGREEMENT_FIELDS, NEED("work", FIELD_TEXT, N_("Work"))),
     .moves = AGREEMENT_MOVES},
    {.name = "agreement-a2",
     .title = N_("Agreements between province and city, city and county (A2)"),
     .tags = "GD-5.2 GD-5.8",
     .fields = FIELDS(AGREEMENT_FIELDS),
     .moves = AGREEMENT_MOVES,
     .each = EACH_CITY_OR_COUNTY,
     .done = "in-force"},
    {.name = "agreement-a3",
     .title = N_("Agreements with units that use data (A3)"),
     .tags = "GD-5.3 GD-5.8 GD-A3.1 GD-A3.3 JC-27",
     .fields = FIELDS(AGREEMENT_FIELDS, NEED("purpose", FIELD_TEXT, N_("Purpose"))),
     .moves = AGREEMENT_MOVES},
    {.name = "agreement-member",
     .title = N_("Members on the list of an A3"),
     .tags = "GD-5.3",
     .subjects = SUBJECT_PERSON | SUBJECT_REQUIRED,
     .fields = FIELDS(REFER("agreement", "agreement-a3", N_("Agreement"))),
     .moves = MOVES({"", "listed", SYSTEM, ""}, {"listed", "struck", SYSTEM, ""})},
    {.name = "responsible",
     .title = N_("Persons responsible"),
     .tags = "GD-4 CQ-3 TJ-5 TJ-12 TJ-15 JC-5 JC-13",
     .subjects = SUBJECT_PERSON | SUBJECT_HOST | SUBJECT_DEVICE | SUBJECT_REQUIRED,
     .fields = FIELDS(
         PICK("office",
              "first-responsible security-staff application-administrator "
              "hardware-administrator root-custodian database-custodian room-custodian "
              "client-custodian inspector",
              N_("Office")),
         MAY("filed_with", FIELD_TEXT, N_("Filed with")), MAY("until", FIELD_DATE, N_("Until"))),
     .moves = MOVES({"", "in-office", SYSTEM, ""}, {"in-office", "ended", SYSTEM, ""}),
     .due = DUE(BY("until", "in-office"))},
    {.name = "training",
     .title = N_("Training of staff"),
     .tags = "GD-13 CQ-11 JC-9",
     .subjects = SUBJECT_PERSON | SUBJECT_REQUIRED,
     .fields = FIELDS(PICK("kind", "law awareness secrecy skills", N_("Kind")),
                      NEED("subject", FIELD_TEXT, N_("Subject")),
                      MAY("lecturer", FIELD_TEXT, N_("Lecturer")),
                      MAY("hours", FIELD_NUMBER, N_("Hours"))),
     .moves = ONCE("held", EITHER),
     .each = EACH_PERSON,
     .key = "kind"},
    {.name = "security-training",
     .title = N_("Yearly training of those in security posts"),
     .tags = "CQ-12",
     .subjects = SUBJECT_PERSON | SUBJECT_REQUIRED,
     .fields = FIELDS(NEED("subject", FIELD_TEXT, N_("Subject")),
                      MAY("hours", FIELD_NUMBER, N_("Hours"))),
     .moves = ONCE("held", EITHER),
     .each = EACH_DUTY_HOLDER,
     .due = DUE(EVERY(12, "held"))},
    {.name = "background-check",
     .title = N_("Background checks"),
     .tags = "CQ-6.6",
     .subjects = SUBJECT_PERSON | SUBJECT_REQUIRED,
     .fields = FIELDS(PICK("result", "clean record", N_("Result")),
                      NEED("authority", FIELD_TEXT, N_("Authority"))),
     .moves = ONCE("checked", EITHER),
     .each = EACH_VENDOR_OR_DUTY_HOLDER},
    {.name = "violation",
     .title = N_("Violations"),
     .tags = "GD-9 GD-20 SZ-23 SZ-25 SZ-26 SZ-27 TJ-14",
     .subjects = SUBJECT_PERSON | SUBJECT_ACCOUNT,
     .fields =
         FIELDS(PICK("kind", "lending sharing excess-rights leak disclosure other", N_("Kind")),
                NEED("what", FIELD_TEXT, N_("What")), MAY("reporter", FIELD_TEXT, N_("Reporter")),
                MAY("finding", FIELD_TEXT, N_("Finding")),
                MAY_PICK("outcome", "education notice discipline judicial none", N_("Outcome")),
                MAY("leader", FIELD_PERSON, N_("Leader who answers for it"))),
     .moves = MOVES({"", "suspected", ANY, ""}, {"suspected", "confirmed", SECURITY, "finding"},
                    {"suspected", "refuted", SECURITY, "finding"},
                    {"confirmed", "closed", SECURITY, "outcome"})},
    {.name = "incident",
     .title = N_("Incidents"),
     .tags = "GD-A5.2 SZ-13 SZ-17 CQ-8.4 CQ-9 CQ-10.1 CQ-10.2 TJ-24 JC-32 JC-33 JC-34",
     .subjects = SUBJECT_PERSON | SUBJECT_ACCOUNT | SUBJECT_DEVICE | SUBJECT_HOST,
     .fields = FIELDS(
         PICK("kind", "leak intrusion malware fault loss weakness", N_("Kind")),
         PICK("severity", "ordinary larger major critical", N_("Severity")),
         NEED("what", FIELD_TEXT, N_("What")), MAY("reporter", FIELD_TEXT, N_("Reporter")),
         MAY("reviewer", FIELD_TEXT, N_("Head of the unit who reviewed it")),
         MAY("plan", FIELD_TEXT, N_("Plan that was started")),
         MAY("reported_to", FIELD_TEXT, N_("Reported to")), MAY("cause", FIELD_TEXT, N_("Cause")),
         MAY("mended", FIELD_TEXT, N_("What was mended")),
         MAY("keep_until", FIELD_DATE, N_("Records kept until"))),
     .moves = MOVES({"", "found", ANY, ""}, {"found", "reviewed", EITHER, "reviewer"},
                    {"reviewed", "plan-started", EITHER, "plan"},
                    {"found", "reported", EITHER, "reported_to"},
                    {"reviewed", "reported", EITHER, "reported_to"},
                    {"plan-started", "reported", EITHER, "reported_to"},
                    {"reported", "closed", SECURITY, "cause mended"}),
     .due = DUE(WITHIN(incident_report_hours, "found reviewed plan-started")),
     .recipients = incident_recipients},
    {.name = "query",
     .title = N_("Queries by other units (A6)"),
     .tags = "GD-5.6 GD-5.8 GD-15",
     .fields = FIELDS(NEED("applicant", FIELD_TEXT, N_("Applicant")),
                      NEED_MASKED("applicant_document", N_("Document of the applicant")),
                      NEED("unit", FIELD_TEXT, N_("Unit")), NEED_MASKED("phone", N_("Telephone")),
                      {"content", FIELD_CHOICES, true, "records export statistics comparison other",
                       N_("Content")},
                      MAY("content_other", FIELD_TEXT, N_("Other content")),
                      NEED("purpose", FIELD_TEXT, N_("Purpose")),
                      NEED("letter", FIELD_TEXT, N_("Letter of introduction")),
                      MAY("approver", FIELD_LEADER, N_("Approved by")),
                      MAY("handler", FIELD_PERSON, N_("Handled by"))),
     .moves = MOVES({"", "applied", SYSTEM, ""}, {"applied", "approved", EITHER, "approver"},
                    {"applied", "rejected", EITHER, "approver"},
                    {"approved", "answered", SYSTEM, "handler"}),
     .apart = "approver handler"},
    {.name = "publication",
     .title = N_("Publication of results"),
     .tags = "GD-14 JC-28",
     .fields =
         FIELDS(NEED("what", FIELD_TEXT, N_("What")), NEED("audience", FIELD_TEXT, N_("To whom")),
                MAY("approver", FIELD_LEADER, N_("Approved by"))),
     .moves = MOVES({"", "proposed", SYSTEM, ""}, {"proposed", "approved", EITHER, "approver"},
                    {"proposed", "rejected", EITHER, "approver"},
                    {"approved", "published", SYSTEM, ""})},
    {.name = "media",
     .title = N_("Media and paper that leave"),
     .tags = "GD-15 TJ-20 JC-23",
     .subjects = SUBJECT_PERSON,
     .fields =
         FIELDS(PICK("kind", "disk usb optical paper other", N_("Kind")),
                NEED("label", FIELD_TEXT, N_("Label")), NEED("content", FIELD_TEXT, N_("Content")),
                NEED("destination", FIELD_TEXT, N_("Destination")),
                NEED("assessor", FIELD_PERSON, N_("Assessed by")),
                NEED("assessment", FIELD_TEXT, N_("Assessment")),
                MAY("approver", FIELD_LEADER, N_("Approved by")),
                MAY("scanned_on", FIELD_DATE, N_("Scanned for viruses on")),
                MAY("back_by", FIELD_DATE, N_("Back or destroyed by")),
                MAY("proof", FIELD_TEXT, N_("Proof of destruction"))),
     .moves = MOVES({"", "assessed", SYSTEM, ""}, {"assessed", "approved", EITHER, "approver"},
                    {"assessed", "rejected", EITHER, "approver"},
                    {"approved", "out", SYSTEM, "scanned_on back_by"},
                    {"out", "destroyed", SYSTEM, "proof"}),
     .apart = "assessor approver",
     .due = DUE(BY("back_by", "out"))},
    {.name = "data-change",
     .title = N_("Change and extraction of data behind the systems"),
     .tags = "TJ-17 TJ-18 CQ-8.2 JC-24 JC-25 GD-A1.1",
     .subjects = SUBJECT_PERSON | SUBJECT_ACCOUNT,
     .fields = FIELDS(
         PICK("kind", "change extraction", N_("Kind")), NEED("system", FIELD_TEXT, N_("System")),
         NEED("purpose", FIELD_TEXT, N_("Purpose")), NEED("basis", FIELD_TEXT, N_("Basis")),
         MAY("use_limits", FIELD_TEXT, N_("Limits of use")),
         MAY("approver", FIELD_LEADER, N_("Approved by")), MAY("before", FIELD_TEXT, N_("Before")),
         MAY("after", FIELD_TEXT, N_("After"))),
     .moves = MOVES({"", "applied", SYSTEM, ""}, {"applied", "approved", EITHER, "approver"},
                    {"applied", "rejected", EITHER, "approver"},
                    {"approved", "done", SYSTEM, "before after use_limits"})},
    {.name = "third-party",
     .title = N_("Access and scanning by third parties"),
     .tags = "TJ-10 TJ-21 TJ-31 CQ-6.8 JC-12 JC-19 JC-20 GD-A1.3",
     .subjects = SUBJECT_PERSON,
     .fields = FIELDS(NEED("unit", FIELD_TEXT, N_("Unit")), NEED("what", FIELD_TEXT, N_("What")),
                      NEED("until", FIELD_DATE, N_("Until")),
                      MAY("leading_group_paper", FIELD_TEXT, N_("Approval of the leading group")),
                      MAY("supervisor", FIELD_PERSON, N_("Supervised by"))),
     .moves = MOVES({"", "applied", SYSTEM, ""},
                    {"applied", "approved", SECURITY, "leading_group_paper supervisor"},
                    {"applied", "rejected", SECURITY, ""}, {"approved", "ended", SYSTEM, ""}),
     .due = DUE(BY("until", "approved"))},
    {.name = "vendor-change",
     .title = N_("Changes of a vendor's staff"),
     .tags = "CQ-6.8 GD-5.7",
     .subjects = SUBJECT_PERSON | SUBJECT_REQUIRED,
     .fields =
         FIELDS(PICK("change", "joined left", N_("Change")), NEED("unit", FIELD_TEXT, N_("Unit")),
                NEED("notified_on", FIELD_DATE, N_("Notified on"))),
     .moves = ONCE("notified", SYSTEM)},
    {.name = "device-check",
     .title = N_("Checks of devices"),
     .tags = "GD-19 SZ-21 TJ-8 TJ-9 TJ-14 TJ-15",
     .subjects = SUBJECT_DEVICE | SUBJECT_REQUIRED,
     .fields = FIELDS(PICK("result", "passed failed", N_("Result")),
                      PICK("domestic_software", "yes no", N_("Domestic system and software")),
                      NEED("antivirus", FIELD_TEXT, N_("Antivirus and its version")),
                      NEED("antivirus_on", FIELD_DATE, N_("Its data are of")),
                      PICK("no_internet", "yes no", N_("Never on the Internet")),
                      PICK("power_on_password", "yes no", N_("Power-on password")),
                      PICK("business_only", "yes no", N_("For this business only"))),
     .moves = ONCE("checked", SYSTEM),
     .each = EACH_BOUND_DEVICE,
     .due = DUE(EVERY(12, "checked"))},
    {.name = "repair",
     .title = N_("Repairs of devices"),
     .tags = "GD-19 SZ-22",
     .subjects = SUBJECT_DEVICE | SUBJECT_REQUIRED,
     .fields = FIELDS(NEED("repairer", FIELD_TEXT, N_("Repairer")),
                      NEED("qualification", FIELD_TEXT, N_("Qualification of the repairer")),
                      NEED("backup_proof", FIELD_TEXT, N_("Proof of the backup")),
                      NEED("wipe_proof", FIELD_TEXT, N_("Proof of wiping")),
                      NEED("back_by", FIELD_DATE, N_("Expected back by")),
                      MAY("found", FIELD_TEXT, N_("Found"))),
     .moves =
         MOVES({"", "sent", SYSTEM, "", "repair"}, {"sent", "returned", SYSTEM, "found", "back"},
               {"sent", "scrapped", SYSTEM, "found", "retired"}),
     .due = DUE(BY("back_by", "sent"))},
    {.name = "secret-custody",
     .title = N_("Secrets outside gdpop in custody"),
     .tags = "CQ-6.7 JC-13 MP-B",
     .subjects = SUBJECT_PERSON | SUBJECT_REQUIRED,
     .fields = FIELDS(PICK("kind",
                           "root console database switch vpn bmc backup-key seal-key issued other",
                           N_("Kind")),
                      NEED("what", FIELD_TEXT, N_("What")), MAY("host", FIELD_TEXT, N_("Host")),
                      MAY("changed_on", FIELD_DATE, N_("Changed on"))),
     .moves =
         MOVES({"", "held", EITHER, ""}, {"held", "held", EITHER, "changed_on"},
               {"held", "handed-over", EITHER, "changed_on"}, {"held", "destroyed", EITHER, ""})},
    {.name = "key-inventory",
     .title = N_("Inventory of keys"),
     .tags = "SZ-19 SZ-24 SZ-A3.3 MP-B",
     .subjects = SUBJECT_PERSON | SUBJECT_REQUIRED,
     .fields = FIELDS(PICK("kind", "ukey certificate token other", N_("Kind")),
                      NEED("serial", FIELD_TEXT, N_("Serial number")),
                      MAY("until", FIELD_DATE, N_("Until")),
                      MAY("reviewed_by", FIELD_ABOVE, N_("Reviewed by the level above"))),
     .moves = MOVES({"", "requested", SYSTEM, ""}, {"requested", "given", SECURITY, "reviewed_by"},
                    {"given", "frozen", EITHER, ""}, {"frozen", "given", SECURITY, "reviewed_by"},
                    {"given", "returned", EITHER, ""}, {"frozen", "returned", EITHER, ""},
                    {"given", "lost", EITHER, ""}, {"returned", "destroyed", SECURITY, ""}),
     .due = DUE(BY("until", "given"))},
    {.name = "drill",
     .title = N_("Drills"),
     .tags = "CQ-6.4 SZ-17 TJ-26",
     .fields = FIELDS(NEED("scenario", FIELD_TEXT, N_("Scenario")),
                      MAY("result", FIELD_TEXT, N_("Result")),
                      MAY("reported_to", FIELD_TEXT, N_("Reported to"))),
     .moves = MOVES({"", "held", EITHER, "result"}, {"held", "reported", EITHER, "reported_to"}),
     .each = EACH_HOST_ORGANISATION,
     .due = DUE(EVERY(12, "held reported"))},
    {.name = "backup-check",
     .title = N_("Backups that were restored to verify them"),
     .tags = "SZ-16 CQ-8.3 TJ-20 TJ-26 JC-21 DB-8.1.4.9",
     .fields = FIELDS(NEED("place", FIELD_TEXT, N_("Place")),
                      PICK("in_city", "yes no", N_("Within the city")),
                      PICK("in_country", "yes no", N_("Within the country")),
                      NEED("restore_min", FIELD_NUMBER, N_("Minutes to restore")),
                      NEED("lost_min", FIELD_NUMBER, N_("Minutes of data lost"))),
     .moves = ONCE("verified", EITHER),
     .each = EACH_HOST_ORGANISATION,
     .due = DUE(EVERY(12, "verified"))},
    {.name = "assessment",
     .title = N_("Assessments"),
     .tags = "CQ-7.1 CQ-7.2 TJ-28 JC-10 JC-11",
     .subjects = SUBJECT_HOST,
     .fields = FIELDS(
         PICK("kind", "classified-protection cryptography risk going-live scan", N_("Kind")),
         PICK("level", "1 2 3 4", N_("Level")), NEED("assessor", FIELD_TEXT, N_("Assessed by")),
         NEED("result", FIELD_TEXT, N_("Result")),
         MAY("filing_number", FIELD_TEXT, N_("Filing number")),
         MAY("mended", FIELD_TEXT, N_("What was mended"))),
     .moves = MOVES({"", "assessed", EITHER, ""}, {"assessed", "mended", EITHER, "mended"}),
     .each = EACH_HOST_ORGANISATION,
     .due = DUE(EVERY_WHEN("level", "2", 24), EVERY_WHEN("level", "3", 12),
                EVERY_WHEN("level", "4", 12))},
    {.name = "account-review",
     .title = N_("Reviews of the accounts of a unit, under its seal"),
     .tags = "DB-8.1.4.2c DB-8.1.7.3 SZ-8",
     .fields = FIELDS(NEED("accounts", FIELD_NUMBER, N_("Accounts on the list")),
                      NEED("surplus", FIELD_NUMBER, N_("Accounts found surplus")),
                      NEED("signed_by", FIELD_TEXT, N_("Signed by"))),
     .moves = ONCE("signed", EITHER),
     .each = EACH_ORGANISATION,
     .due = DUE(EVERY(6, "signed"))},
    {.name = "trail-review",
     .title = N_("Reviews of the audit trail"),
     .tags = "JC-17 CQ-6.3 DB-8.1.5.4",
     .fields = FIELDS(MAY("from", FIELD_NUMBER, N_("From event")),
                      NEED("up_to", FIELD_NUMBER, N_("Up to event")),
                      NEED("finding", FIELD_TEXT, N_("Finding")),
                      MAY("follow_up", FIELD_TEXT, N_("Follow-up")),
                      MAY("follow_up_by", FIELD_DATE, N_("Follow-up by")),
                      MAY("mended", FIELD_TEXT, N_("What was mended"))),
     .moves = MOVES({"", "signed", AUDIT, ""},
                    {"signed", "outstanding", AUDIT, "follow_up follow_up_by"},
                    {"outstanding", "mended", ANY, "mended"}, {"mended", "verified", AUDIT, ""}),
     .each = EACH_HOST_ORGANISATION,
     .due = DUE(EVERY(6, "signed outstanding mended verified"), BY("follow_up_by", "outstanding"))},
    {.name = "yearly-report",
     .title = N_("Yearly reports to the health administration"),
     .tags = "CQ-6.9",
     .fields = FIELDS(NEED("year", FIELD_NUMBER, N_("Year")),
                      NEED("reported_to", FIELD_TEXT, N_("Reported to"))),
     .moves = ONCE("reported", EITHER),
     .each = EACH_HOST_ORGANISATION,
     .due = DUE(EVERY(12, "reported"))},
    {.name = "inspection",
     .title = N_("Inspections and what they found"),
     .tags = "CQ-5 JC-31 TJ-28",
     .fields = FIELDS(PICK("kind", "self-assessment inspection", N_("Kind")),
                      NEED("inspector", FIELD_TEXT, N_("Inspected by")),
                      NEED("finding", FIELD_TEXT, N_("Finding")),
                      MAY("mend_by", FIELD_DATE, N_("To be mended by")),
                      MAY("mended", FIELD_TEXT, N_("What was mended"))),
     .moves = MOVES({"", "found", ANY, ""}, {"found", "mended", EITHER, "mended"},
                    {"mended", "verified", AUDIT, ""}),
     .due = DUE(BY("mend_by", "found"))},
    {.name = "destruction",
     .title = N_("Retirement of systems, clearing and destruction of data"),
     .tags = "CQ-6.5 JC-29 MP-B",
     .fields = FIELDS(PICK("kind", "system data archive key", N_("Kind")),
                      NEED("what", FIELD_TEXT, N_("What")),
                      NEED("assessment", FIELD_TEXT, N_("Assessment of what is left")),
                      MAY("filing_number", FIELD_TEXT, N_("Filing number")),
                      MAY("approver", FIELD_LEADER, N_("Approved by")),
                      MAY("proof", FIELD_TEXT, N_("Proof of destruction"))),
     .moves = MOVES({"", "assessed", EITHER, ""}, {"assessed", "approved", EITHER, "approver"},
                    {"assessed", "rejected", EITHER, "approver"},
                    {"approved", "done", EITHER, "proof filing_number"})},
    {.name = "release",
     .title = N_("Releases of software"),
     .tags = "TJ-13 JC-14 CQ-4.3",
     .fields = FIELDS(NEED("software", FIELD_TEXT, N_("Software and its version")),
                      NEED("licence", FIELD_TEXT, N_("Licence")),
                      PICK("domestic", "yes no", N_("Domestic")),
                      NEED("tested_on", FIELD_TEXT, N_("Where it was tested")),
                      MAY("approver", FIELD_LEADER, N_("Approved by"))),
     .moves = MOVES({"", "tested", SYSTEM, ""}, {"tested", "approved", SECURITY, "approver"},
                    {"tested", "rejected", SECURITY, ""}, {"approved", "released", SYSTEM, ""},
                    {"released", "retired", SYSTEM, ""})},
    {.name = "notice",
     .title = N_("Notice to persons on the use of their data"),
     .tags = "CQ-8.1 DB-8.1.4.11",
     .subjects = SUBJECT_PERSON | SUBJECT_REQUIRED,
     .fields = FIELDS(NEED("version", FIELD_TEXT, N_("Version of the text"))),
     .moves = ONCE("given", SYSTEM),
     .each = EACH_PERSON},
    {.name = NULL},
};
