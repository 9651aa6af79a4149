// SPDX-License-Identifier: MIT
#include "tool/bind_store.h"
#include "tool/command.h"
#include "tool/options.h"
#include "tool/repl.h"

#include <lua.h>

/* `locutor`, `help` and, with a store, `store` are there from the start. */
static const char prepare[] = "local path = ...\n"
                              "locutor = require \"locutor\"\n"
                              "help = locutor.help\n"
                              "if path then store = locutor.open(path, \"write\") end\n";

int lo_cmd_repl_run(int argc, char **argv)
{
    const lo_option options[] = {LO_OPTION_END};
    const lo_options spec = {
        "repl",
        "[STORE]",
        "Starts an interactive session in Lua, with the store as `store`. Input may also come from\n"
        "a pipe. Results that are rows are shown as tables; help() shows what there is.",
        options,
        0,
        1,
        false};
    lo_arguments arguments;
    int exit_status = lo_options_parse(&spec, argc, argv, &arguments);
    if (exit_status >= 0)
        return exit_status;
    lo_vm *vm;
    lo_status status = lo_bind_store_vm(&vm);
    if (!status)
        status = lo_vm_load(vm, lo_str_of(prepare), "=locutor", 0);
    if (!status) {
        if (arguments.n)
            lua_pushstring(lo_vm_state(vm), arguments.items[0]);
        status = lo_vm_call(vm, arguments.n, 0);
    }
    int code = status ? lo_options_failed("repl", status) : lo_repl_run(vm);
    lo_vm_free(vm);
    return code;
}
