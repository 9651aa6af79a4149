// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "out/escape.h"
#include "tool/bind_store.h"
#include "tool/command.h"
#include "tool/options.h"

#include <errno.h>
#include <lauxlib.h>
#include <lualib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static lo_vm *running;
static volatile sig_atomic_t interrupted;

/* The script gets the chance to raise; a second Ctrl-C ends the program. */
static void on_interrupt(int signal_number)
{
    interrupted = 1;
    if (running)
        lo_vm_interrupt(running);
    signal(signal_number, SIG_DFL);
}

static lo_status read_script(const char *path, lo_buf *out)
{
    bool standard = !strcmp(path, "-");
    FILE *file = standard ? stdin : fopen(path, "rb");
    if (!file)
        return lo_status_set(LO_E_IO, "the script %s cannot be read: %s", path, strerror(errno));
    char bytes[1 << 16];
    size_t n;
    while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
        lo_buf_add(out, bytes, n);
    int failed = ferror(file) ? errno : 0;
    if (!standard)
        fclose(file);
    if (failed)
        return lo_status_set(LO_E_IO, "the script %s cannot be read: %s", path, strerror(failed));
    if (out->n && out->p[0] == '#') /* a first line for the shell stays, as a comment of its own length */
        for (size_t i = 0; i < out->n && out->p[i] != '\n'; i++)
            out->p[i] = i < 2 ? '-' : ' ';
    return out->status;
}

/* Calls the script on the stack with its arguments; *code: what it returned, if that is a whole number. */
static lo_status call(lo_vm *vm, char **items, int n, int *code)
{
    lua_State *L = lo_vm_state(vm);
    luaL_checkstack(L, n + 2, NULL);
    lua_createtable(L, n, 1);
    for (int i = 0; i < n; i++) {
        lua_pushstring(L, items[i]);
        lua_rawseti(L, -2, i);
    }
    lua_setglobal(L, "arg");
    for (int i = 1; i < n; i++)
        lua_pushstring(L, items[i]);
    running = vm;
    lo_status status = lo_vm_call(vm, n - 1, 1);
    running = NULL;
    if (!status) {
        *code = lua_isinteger(L, -1) ? (int)(lua_tointeger(L, -1) & 255) : 0;
        lua_pop(L, 1);
    }
    return status;
}

int lo_cmd_run_run(int argc, char **argv)
{
    const lo_option options[] = {LO_OPTION_END};
    const lo_options spec = {"run",
                             "SCRIPT.lua [ARG…]",
                             "Runs a Lua analysis script (- for standard input). It finds its arguments in `arg` and "
                             "`...`, the store through\n"
                             "`require \"locutor\"`. A whole number it returns, or os.exit(N), is the exit status.",
                             options,
                             1,
                             -1,
                             true};
    lo_arguments arguments;
    int exit_status = lo_options_parse(&spec, argc, argv, &arguments);
    if (exit_status >= 0)
        return exit_status;
    lo_vm *vm = NULL;
    lo_buf source = LO_BUF_EMPTY, name = LO_BUF_EMPTY;
    int code = 0;
    struct sigaction action = {.sa_handler = on_interrupt};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    lo_status status = read_script(arguments.items[0], &source);
    if (!status)
        status = lo_bind_store_vm(&vm);
    lo_buf_print(&name, "@%s", strcmp(arguments.items[0], "-") != 0 ? arguments.items[0] : "stdin");
    lo_buf_add_byte(&name, 0);
    if (!status)
        status = name.status ? name.status : lo_vm_load(vm, lo_buf_str(&source), name.p, 0);
    if (!status)
        status = call(vm, arguments.items, arguments.n, &code);
    if (!status && fflush(stdout) && errno != EPIPE)
        status = lo_status_set(LO_E_IO, "standard output: %s", strerror(errno));
    if (status && interrupted)
        code = LO_EXIT_INTERRUPTED;
    else if (status == LO_E_PLUGIN) { /* the script's own error: its message says file and line */
        lo_buf shown = LO_BUF_EMPTY;
        lo_escape_terminal(&shown, lo_str_of(lo_status_message()));
        fprintf(stderr, "%.*s\n", LO_STR_ARG(lo_buf_str(&shown)));
        lo_buf_free(&shown);
        code = LO_EXIT_PARTLY;
    } else if (status)
        code = lo_options_failed("run", status);
    lo_vm_free(vm);
    lo_buf_free(&source);
    lo_buf_free(&name);
    return code;
}
