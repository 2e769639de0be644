#include "import.h"

#include "act.h"
#include "actor.h"
#include "csv.h"
#include "progress.h"
#include "prompt.h"
#include "render.h"
#include "say.h"
#include "signals.h"
#include "table_file.h"
#include "user_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The columns of a form. */
static const struct column account_columns[] = {
    {"user", true, "user", "账号|用户名|登录名", true, COLUMN_CODE},
    {"name", true, "name", "姓名", false, COLUMN_TEXT},
    {"id_number", true, "id-number", "证件号码|身份证号码|身份证号|证件号", true, COLUMN_CODE},
    {"document_type", false, "document-type", "证件类型|证件种类", false, COLUMN_CODE},
    {"organisation", true, "org", "单位|单位代码|机构代码|所属单位", false, COLUMN_CODE},
    {"department", false, "department", "部门|科室", false, COLUMN_TEXT},
    {"post", true, "post", "职务|岗位", false, COLUMN_TEXT},
    {"phone", true, "phone", "电话|联系电话|手机号码|手机号|手机", false, COLUMN_CODE},
    {"staff", false, "staff", "人员类别|人员性质", false, COLUMN_CODE},
    {"system", true, "system", "系统", false, COLUMN_CODE},
    {"role", true, "role", "角色|权限角色", false, COLUMN_CODE},
    {"until", false, "until", "有效期至|到期日期|截止日期", false, COLUMN_DATE},
    {"purpose", false, "purpose", "用途|申请事由", false, COLUMN_TEXT},
    {"request", false, "request", "申请单|申请单号", false, COLUMN_CODE},
    {NULL},
};
enum { USER, NAME, ID_NUMBER, DOCUMENT_TYPE, ORGANISATION, DEPARTMENT, POST, PHONE, STAFF, SYSTEM };
enum { ROLE = SYSTEM + 1, UNTIL, PURPOSE, REQUEST };

static const struct column org_columns[] = {
    {"id", true, "id", "代码|单位代码|机构代码", true, COLUMN_CODE},
    {"name", true, "name", "名称|单位名称|机构名称", false, COLUMN_TEXT},
    {"level", true, "level", "级别|层级", false, COLUMN_CODE},
    {"division", true, "division", "区划|行政区划代码|区划代码", false, COLUMN_CODE},
    {"supervised_by", false, "supervised-by", "上级单位|主管单位|上级单位代码", false, COLUMN_CODE},
    {NULL},
};

#define SYSTEMS_MAX 16

/* Values of one row by column, NULL for empty ones, and the row's outcome. */
struct row {
    const char *values[TABLE_COLUMNS_MAX];
    char *person;
    bool refused;
};

static int add_account(struct gdpop_admin *a, struct row *row)
{
    const struct gdpop_result *result = NULL;
    const char *const *v = row->values;
    const struct pair person[] = {{"name", v[NAME]},
                                  {"id-number", v[ID_NUMBER]},
                                  {"document-type", v[DOCUMENT_TYPE]},
                                  {"org", v[ORGANISATION]},
                                  {"department", v[DEPARTMENT]},
                                  {"post", v[POST]},
                                  {"phone", v[PHONE]},
                                  {"staff", v[STAFF]},
                                  {"or-existing", "yes"}};
    int r = act_call(a, "person", "add", person, sizeof(person) / sizeof(person[0]), &result);
    if (r)
        return r;
    const char *id = act_field(result, "id");
    free(row->person);
    row->person = strdup(id ? id : "");
    char *systems = strdup(v[SYSTEM]), *rest = systems, *system;
    if (!row->person || !systems) {
        free(systems);
        return GDPOP_ERR_NOMEM;
    }
    struct pair account[6 + SYSTEMS_MAX] = {{NULL, v[USER]},         {"person", row->person},
                                            {"role", v[ROLE]},       {"until", v[UNTIL]},
                                            {"purpose", v[PURPOSE]}, {"request", v[REQUEST]}};
    size_t n = 6;
    while (n < 6 + SYSTEMS_MAX && (system = strsep(&rest, " ,;")))
        if (*system)
            account[n++] = (struct pair){"system", system};
    r = act_call(a, "account", "apply", account, n, &result);
    free(systems);
    return r;
}

static int add_org(struct gdpop_admin *a, struct row *row)
{
    const struct gdpop_result *result = NULL;
    const char *const *v = row->values;
    const struct pair org[] = {
        {NULL, v[0]}, {"name", v[1]}, {"level", v[2]}, {"division", v[3]}, {"supervised-by", v[4]}};
    return act_call(a, "org", "add", org, sizeof(org) / sizeof(org[0]), &result);
}

struct import {
    const struct column *columns;
    int (*add)(struct gdpop_admin *a, struct row *row);
    bool rows_depend; /* a row may name an earlier one */
};

/* More would hardly be read, and each costs an act of its own. */
#define PROBLEMS_MAX 1000

enum { PIECE_ROWS = 1000, PAUSE_NSEC = 20000000 };

struct work {
    struct tool *t;
    const struct import *import;
    struct table_file *file;
    const char *actor;
    struct gdpop_admin *act;
    struct row *rows;
};

static int begin(struct work *w)
{
    int r = gdpop_admin_begin(w->t->g, w->actor, w->t->recover ? GDPOP_ADMIN_RECOVER : 0, &w->act);
    if (r == 0)
        r = gdpop_admin_expect(w->act, 2 * w->file->row_count);
    return r ? say_library(w->t, r) : 0;
}

/* A refused row ends its act. The rows behind it are tried in another one, which will not be
 * committed either, so that all errors are told at once. */
static int begin_again(struct work *w, size_t done)
{
    gdpop_admin_end(w->act);
    w->act = NULL;
    int r = begin(w);
    for (size_t i = 0; i < done && r == 0 && w->import->rows_depend; i++)
        if (!w->rows[i].refused && (r = w->import->add(w->act, &w->rows[i])) != 0)
            say_library(w->t, r);
    return r;
}

static bool is_row_error(int r)
{
    return r != GDPOP_ERR_NOT_AUTHORISED && say_exit_code(r) != EXIT_SYSTEM;
}

/* What is refused of the rows [from, to) is noted; the act is another one then. */
static int try_rows(struct work *w, size_t from, size_t to, size_t most)
{
    size_t count = w->file->row_count;
    for (size_t i = from; i < to && w->file->problems.count < most && !signals_ended(); i++) {
        if (i % 64 == 0)
            progress_show(_("Entering rows"), i, count, NULL);
        w->rows[i].refused = w->file->bad[i];
        if (w->file->bad[i])
            continue;
        table_file_values(w->file, i, w->rows[i].values);
        int r = w->import->add(w->act, &w->rows[i]);
        if (r && !is_row_error(r))
            return say_library(w->t, r);
        w->rows[i].refused = r != 0;
        if (r == 0)
            continue;
        table_file_refused(w->file, i, r, gdpop_error());
        if (i + 1 < to && (r = begin_again(w, i)) != 0)
            return r;
    }
    return 0;
}

static int say_problems(struct work *w, size_t most)
{
    const struct problems *problems = &w->file->problems;
    if (problems->count == 0)
        return 0;
    return table_file_say(
        w->t, w->file,
        problems->count < most
            ? _("nothing was written: correct these rows first")
            : _("nothing was written: correct these rows first; there may be more"));
}

/* All in one act, or none. */
static int add_at_once(struct work *w)
{
    size_t most = w->file->problems.count + PROBLEMS_MAX;
    int r = begin(w);
    if (r != 0 || (r = try_rows(w, 0, w->file->row_count, most)) != 0 ||
        (r = say_problems(w, most)) != 0)
        return r;
    return act_commit(w->t, w->act);
}

/* An act holds the store, so that logins wait: of a long table each piece is one, with a pause in
 * which they go first. All pieces are tried before the first is written. */
static int add_pieces(struct work *w, bool write, size_t most, size_t *done)
{
    size_t count = w->file->row_count;
    int r = 0;
    for (*done = 0; r == 0 && *done < count && !signals_ended(); *done += PIECE_ROWS) {
        size_t to = *done + PIECE_ROWS < count ? *done + PIECE_ROWS : count;
        if ((r = begin(w)) == 0 && (r = try_rows(w, *done, to, most)) == 0 && write)
            r = w->file->problems.count ? GDPOP_ERR_REFUSED : gdpop_admin_commit(w->act);
        if (r != 0 && write && w->file->problems.count == 0)
            say_library(w->t, r);
        gdpop_admin_end(w->act);
        w->act = NULL;
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NSEC}, NULL);
        if (r != 0)
            break;
    }
    return r;
}

static int add_long(struct work *w)
{
    size_t most = w->file->problems.count + PROBLEMS_MAX, done;
    int r = add_pieces(w, false, most, &done);
    if (r != 0 || (r = say_problems(w, most)) != 0)
        return r;
    if (signals_ended())
        return say(w->t, GDPOP_ERR_REFUSED, _("stopped: nothing was written"));
    if (w->t->dry_run)
        return 0;
    r = add_pieces(w, true, most, &done);
    if (r == 0 && done >= w->file->row_count)
        return 0;
    if (w->file->problems.count)
        table_file_say(w->t, w->file, _("this row was refused meanwhile"));
    if (done == 0)
        return say(w->t, r ? r : GDPOP_ERR_REFUSED, _("stopped: nothing was written"));
    return say(w->t, r ? r : GDPOP_ERR_REFUSED,
               _("stopped: the lines up to %zu are written, and none behind them"),
               table_file_line(w->file, done - 1));
}

static int show(struct tool *t, const struct import *import, const struct table_file *file,
                const struct row *rows, char **answer)
{
    char message[160];
    size_t n = file->row_count;
    bool persons = import->add == add_account;
    struct gdpop_row *list = calloc(n + 1, sizeof(*list));
    struct gdpop_field(*fields)[3] = calloc(n + 1, sizeof(*fields));
    char(*lines)[24] = calloc(n + 1, sizeof(*lines));
    int r;
    for (size_t i = 0; list && fields && lines && i < n; i++) {
        snprintf(lines[i], sizeof(lines[i]), "%zu", table_file_line(file, i));
        fields[i][0] = (struct gdpop_field){"line", _("Line"), GDPOP_FIELD_NUMBER, lines[i]};
        fields[i][1] = (struct gdpop_field){persons ? "user" : "id", persons ? _("User") : _("Id"),
                                            GDPOP_FIELD_TEXT, rows[i].values[0]};
        fields[i][2] =
            (struct gdpop_field){"person", _("Person"), GDPOP_FIELD_TEXT, rows[i].person};
        list[i] = (struct gdpop_row){persons ? 3 : 2, fields[i], 0};
    }
    snprintf(message, sizeof(message),
             persons ? _("%zu applications were entered.") : _("%zu organisations were added."), n);
    const struct gdpop_result result = {true, true, n, list, message};
    if (list && fields && lines)
        r = render(t, &result, NULL, answer);
    else
        r = say(t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    free(list);
    free(fields);
    free(lines);
    return r;
}

static int with_store(struct work *w, char **answer)
{
    w->rows = calloc(w->file->row_count + 1, sizeof(*w->rows));
    if (!w->rows)
        return say(w->t, GDPOP_ERR_NOMEM, "%s", gdpop_strerror(GDPOP_ERR_NOMEM));
    bool at_once = w->import->rows_depend || w->file->row_count <= PIECE_ROWS;
    int r = at_once ? add_at_once(w) : add_long(w);
    progress_end();
    if (r == 0)
        r = show(w->t, w->import, w->file, w->rows, answer);
    gdpop_admin_end(w->act);
    for (size_t i = 0; i < w->file->row_count; i++)
        free(w->rows[i].person);
    free(w->rows);
    return r;
}

static int import_file(struct tool *t, const struct import *import, const char *path)
{
    struct table_file file;
    const char *actor = NULL;
    char *answer = NULL;
    int r = table_file_read(t, path, import->columns, &file);
    if (r == 0 && !t->recover)
        r = actor_find(t, false, &actor);
    prompt_end();
    if (r == 0) {
        signals_hold();
        struct work w = {t, import, &file, actor, NULL, NULL};
        r = with_store(&w, &answer);
        signals_release();
    }
    if (answer)
        fputs(answer, stdout);
    if (answer && t->dry_run)
        say_note(_("dry run: nothing was written"));
    free(answer);
    table_file_free(&file);
    return r;
}

static int run_import(struct tool *t, struct call *call, const struct import *import)
{
    const char *path = arguments_value(call, "file");
    if (arguments_value(call, "template"))
        return table_file_template(stdout, import->columns);
    if (!path)
        return say(t, GDPOP_ERR_USAGE, _("%s needs FILE, or --template for an empty one"),
                   operations_title(call->operation));
    return import_file(t, import, path);
}

static int run_accounts(struct tool *t, struct call *call)
{
    static const struct import import = {account_columns, add_account, false};
    return run_import(t, call, &import);
}

static int run_orgs(struct tool *t, struct call *call)
{
    static const struct import import = {org_columns, add_org, true};
    return run_import(t, call, &import);
}

static const struct gdpop_param import_params[] = {
    {"file", GDPOP_PARAM_TEXT, true, false, false, "FILE.csv",
     N_("table with a header line; UTF-8 or GB18030, comma or tab")},
    {"template", GDPOP_PARAM_FLAG, false, false, false, NULL,
     N_("print the header line of an empty table")},
    {NULL},
};

const struct own_command import_accounts_command = {
    {"account", "import", N_("Enter the applications of a table, one person a row, all or none."),
     "applications.csv --dry-run", GDPOP_DUTY_SYSTEM, true, import_params},
    run_accounts,
};

const struct own_command import_orgs_command = {
    {"org", "import", N_("Add the organisations of a table, supervising ones first, all or none."),
     "organisations.csv", GDPOP_DUTY_SYSTEM, true, import_params},
    run_orgs,
};
