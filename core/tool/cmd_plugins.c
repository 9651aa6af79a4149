// SPDX-License-Identifier: MIT
#include "base/asset.h"
#include "out/escape.h"
#include "out/table.h"
#include "stage/crew.h"
#include "tool/command.h"
#include "tool/options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct request {
    lo_crew_options crew;
    lo_option_list directories;
    const char *format;
    bool verbose;
    char **names; /* behind the subcommand */
    int n_names;
} request;

static void tell(FILE *out, const char *text)
{
    lo_buf line = LO_BUF_EMPTY;
    lo_escape_terminal_lines(&line, lo_str_of(text));
    fprintf(out, "%.*s\n", LO_STR_ARG(lo_buf_str(&line)));
    lo_buf_free(&line);
}

static void warn(void *self, const char *message)
{
    (void)self;
    tell(stderr, message);
}

/* ---- list ---- */

static lo_status write_out(void *context, lo_str bytes)
{
    (void)context;
    return fwrite(bytes.p, 1, bytes.n, stdout) == bytes.n ? LO_OK
                                                          : lo_status_set(LO_E_IO, "cannot write: %s", strerror(errno));
}

static void join(lo_buf *out, const char *const *list)
{
    for (size_t i = 0; list && list[i]; i++) {
        lo_buf_add_text(out, i ? ", " : "");
        lo_buf_add_text(out, list[i]);
    }
}

static lo_status list_plugin(lo_table *table, const lo_crew_plugin *plugin)
{
    lo_buf needs = LO_BUF_EMPTY, makes = LO_BUF_EMPTY, origin = LO_BUF_EMPTY;
    const lo_contract *contract = &plugin->contract;
    join(&needs, contract->needs);
    join(&makes, contract->makes);
    lo_buf_add_text(&origin, plugin->entry->source.origin);
    if (plugin->entry->replaces)
        lo_buf_add_text(&origin, " (replaces the shipped one)");
    lo_table_cell cells[] = {{.text = lo_str_of(plugin->entry->source.name)},
                             {.text = lo_str_of(contract->version)},
                             {.text = lo_buf_str(&needs)},
                             {.text = lo_buf_str(&makes)},
                             {.text = lo_str_of(plugin->fault ? plugin->fault : contract->summary)},
                             {.text = lo_buf_str(&origin)}};
    lo_status status = lo_table_row(table, cells);
    lo_buf_free(&needs);
    lo_buf_free(&makes);
    lo_buf_free(&origin);
    return status;
}

static lo_status list(const request *r, const lo_crew *crew)
{
    static const char *const columns[] = {"plugin", "version", "needs", "makes", "summary", "origin"};
    struct winsize size = {0};
    bool terminal = isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
    lo_table_options options = {.width = terminal ? size.ws_col : 0, .title = "Plugins"};
    lo_table *table = NULL;
    lo_status status = lo_table_format_of(r->format, &options.format);
    if (!status)
        status = lo_table_open(&options, columns, 6, write_out, NULL, &table);
    for (uint32_t i = 0; i < crew->n_plugins && !status; i++)
        status = list_plugin(table, &crew->plugins[i]);
    lo_status closed = lo_table_close(table);
    return status ? status : closed;
}

/* ---- check and test ---- */

static bool wanted(const request *r, const lo_crew_plugin *plugin)
{
    const char *name = plugin->entry->source.name, *stem = strchr(name, '/');
    for (int i = 0; i < r->n_names; i++)
        if (!strcmp(r->names[i], name) || (stem && !strcmp(r->names[i], stem + 1)))
            return true;
    return r->n_names == 0;
}

static lo_status check_names(const request *r, const lo_crew *crew)
{
    for (int i = 0; i < r->n_names; i++) {
        request one = {.names = r->names + i, .n_names = 1};
        bool found = false;
        for (uint32_t p = 0; p < crew->n_plugins && !found; p++)
            found = wanted(&one, &crew->plugins[p]);
        if (!found)
            return lo_status_set(LO_E_ARG, "there is no plugin '%s' ('locutor plugins' lists them)", r->names[i]);
    }
    return LO_OK;
}

/* The crew told each fault when it was opened; here is what is fine. */
static void check(const request *r, const lo_crew *crew, uint32_t *broken)
{
    uint32_t fine = 0;
    for (uint32_t i = 0; i < crew->n_plugins; i++) {
        const lo_crew_plugin *plugin = &crew->plugins[i];
        if (!wanted(r, plugin))
            continue;
        *broken += plugin->fault != NULL;
        fine += plugin->fault == NULL;
        if (r->verbose && !plugin->fault)
            printf("%s %s: %u examples\n", plugin->entry->source.name, plugin->contract.version,
                   plugin->contract.n_examples);
    }
    printf("%u plugins are fine, %u are not\n", fine, *broken);
}

static void test_one(const request *r, lo_crew *crew, uint32_t index, uint32_t *passed, uint32_t *failed)
{
    const char *name = crew->plugins[index].entry->source.name;
    lo_buf report = LO_BUF_EMPTY;
    uint32_t good = 0, bad = 0;
    lo_status status = lo_crew_test(crew, index, &report, &good, &bad);
    lo_buf_add_byte(&report, 0);
    if (status) {
        bad = bad ? bad : 1;
        tell(stdout, lo_status_message());
    } else if (bad && !report.status) {
        report.p[report.n > 1 && report.p[report.n - 2] == '\n' ? report.n - 2 : report.n - 1] = 0;
        tell(stdout, report.p);
    }
    if (r->verbose && !bad)
        printf("%s: %u examples hold\n", name, good);
    *passed += good;
    *failed += bad;
    lo_buf_free(&report);
}

static void test(const request *r, lo_crew *crew, uint32_t *failed)
{
    uint32_t passed = 0;
    for (uint32_t i = 0; i < crew->n_plugins; i++)
        if (wanted(r, &crew->plugins[i]))
            test_one(r, crew, i, &passed, failed);
    printf("%u examples hold, %u fail\n", passed, *failed);
}

/* ---- new ---- */

/* A copy of the template at DIR/STAGE/NAME.lua; never over something. */
static lo_status create(const request *r, const char *name)
{
    char folder[512], path[600];
    const char *slash = strchr(name, '/'), *directory = r->directories.n ? r->directories.items[0] : ".";
    const lo_asset *template = lo_asset_find("plugins/template.lua");
    int n = slash ? snprintf(folder, sizeof folder, "%.*s", (int)(slash - name), name) : -1;
    if (n < 0 || (size_t)n >= sizeof folder || !lo_stage_of_folder(folder) || !slash[1] ||
        strspn(slash + 1, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(slash + 1))
        return lo_status_set(LO_E_ARG, "'%s' is no name for a plugin: STAGE/NAME, as 4_annotate/my_rule", name);
    n = snprintf(folder, sizeof folder, "%s/%.*s", directory, (int)(slash - name), name);
    int m = snprintf(path, sizeof path, "%s/%s.lua", directory, name);
    if (n < 0 || (size_t)n >= sizeof folder || m < 0 || (size_t)m >= sizeof path)
        return lo_status_set(LO_E_ARG, "the path is too long");
    if ((mkdir(directory, 0777) < 0 && errno != EEXIST) || (mkdir(folder, 0777) < 0 && errno != EEXIST))
        return lo_status_set(LO_E_IO, "cannot make %s: %s", folder, strerror(errno));
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return lo_status_set(LO_E_IO, "cannot write %s: %s", path, strerror(errno));
    ssize_t wrote = write(fd, template->bytes.p, template->bytes.n);
    int failure = wrote < 0 ? errno : (size_t)wrote < template->bytes.n ? ENOSPC : 0;
    if (close(fd) < 0 && !failure)
        failure = errno;
    if (failure)
        return lo_status_set(LO_E_IO, "cannot write %s: %s", path, strerror(failure));
    printf("%s\n", path);
    return LO_OK;
}

/* ---- all ---- */

static lo_status run(request *r, const char *what, uint32_t *bad)
{
    lo_crew *crew = NULL;
    r->crew.last = LO_STAGE_REPORT;
    r->crew.workers = 1;
    r->crew.tolerant = true;
    r->crew.directories = r->directories.items;
    r->crew.n_directories = r->directories.n;
    r->crew.warn = strcmp(what, "list") ? warn : NULL;
    lo_status status = lo_crew_open(&r->crew, false, &crew);
    if (!status)
        status = check_names(r, crew);
    if (!status && !strcmp(what, "list"))
        status = list(r, crew);
    else if (!status && !strcmp(what, "check"))
        check(r, crew, bad);
    else if (!status)
        test(r, crew, bad);
    lo_crew_close(crew);
    return status;
}

int lo_cmd_plugins_run(int argc, char **argv)
{
    request r = {.format = "table"};
    const lo_option options[] = {LO_OPTION_CONFIG(&r.crew.config),
                                 LO_OPTION_TARGETS(&r.crew.targets),
                                 LO_OPTION_PLUGINS(&r.directories),
                                 LO_OPTION_FORMAT(&r.format, "of list: table, csv, tsv, json, jsonl, md, html"),
                                 {"unsafe", 0, LO_OPTION_SWITCH, &r.crew.unsafe, NULL,
                                  "run plugins even where worker processes cannot be sealed", 0, 0},
                                 LO_OPTION_VERBOSE(&r.verbose),
                                 LO_OPTION_END};
    lo_arguments arguments;
    const lo_options spec = {"plugins",
                             "[list | check | test | new] [NAME…]",
                             "list   every plugin with version, what it needs and makes, and where it comes from\n"
                             "check  loads all, and says what is wrong with any\n"
                             "test   runs the examples that plugins carry\n"
                             "new    writes a new plugin from the template: 'new 4_annotate/my_rule --plugins DIR'",
                             options,
                             0,
                             -1,
                             false};
    int usage = lo_options_parse(&spec, argc, argv, &arguments);
    if (usage >= 0)
        return usage;
    const char *what = arguments.n ? arguments.items[0] : "list";
    r.names = arguments.items + (arguments.n > 0);
    r.n_names = arguments.n - (arguments.n > 0);
    uint32_t bad = 0;
    lo_status status;
    if (!strcmp(what, "new") && r.n_names == 1)
        status = create(&r, r.names[0]);
    else if (!strcmp(what, "new"))
        return lo_options_misused("plugins", "new takes one name, as 4_annotate/my_rule");
    else if (!strcmp(what, "list") || !strcmp(what, "check") || !strcmp(what, "test"))
        status = run(&r, what, &bad);
    else
        return lo_options_misused("plugins", "there is no '%s': list, check, test or new", what);
    if (status)
        return lo_options_failed("plugins", status);
    return bad ? LO_EXIT_PARTLY : LO_EXIT_DONE;
}
