// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "lua/vm.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <lauxlib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

static lo_vm *vm_new(size_t cap)
{
    lo_vm *vm;
    lo_vm_options options = {.memory_cap = cap};
    cr_assert_eq(lo_vm_create(&options, &vm), LO_OK, "%s", lo_status_message());
    return vm;
}

static int push_environment(lua_State *L)
{
    lo_vm_push_environment(L, 0);
    lua_setglobal(L, "test environment");
    return 0;
}

/* Runs source in a new plugin environment; results stay on the stack. */
static lo_status run(lo_vm *vm, lo_str source, const char *name, int n_results)
{
    lua_State *L = lo_vm_state(vm);
    lo_status status = lo_vm_protect(vm, push_environment, NULL);
    if (status)
        return status;
    lua_getglobal(L, "test environment");
    status = lo_vm_load(vm, source, name, -1);
    lua_remove(L, status ? -1 : -2);
    return status ? status : lo_vm_call(vm, 0, n_results);
}

static lo_buf read_file(const char *path)
{
    lo_buf buf = LO_BUF_EMPTY;
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    char block[4096];
    for (size_t n; (n = fread(block, 1, sizeof block, file)) > 0;)
        lo_buf_add(&buf, block, n);
    fclose(file);
    return buf;
}

/* Every function of tests/lua/environment.lua, each in the same state: what one spoils must not reach the next. */
Test(vm, environment)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/tests/lua/environment.lua", getenv("LOCUTOR_SOURCE"));
    lo_buf source = read_file(path);
    lo_vm *vm = vm_new(256 << 20);
    lua_State *L = lo_vm_state(vm);
    cr_assert_eq(run(vm, lo_buf_str(&source), "@environment.lua", 1), LO_OK, "%s", lo_status_message());
    const char *names[64];
    size_t n = 0;
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
        names[n++] = lua_tostring(L, -2);
    cr_assert_gt(n, 15u);
    for (size_t i = 0; i < n; i++) {
        int top = lua_gettop(L);
        cr_assert_eq(run(vm, lo_buf_str(&source), "@environment.lua", 1), LO_OK);
        lua_getfield(L, -1, names[i]);
        cr_expect_eq(lo_vm_call(vm, 0, 0), LO_OK, "%s: %s", names[i], lo_status_message());
        lua_settop(L, top);
        lua_gc(L, LUA_GCCOLLECT); /* patterns have finalizers: twice */
        lua_gc(L, LUA_GCCOLLECT);
    }
    lo_vm_free(vm);
    lo_buf_free(&source);
}

Test(vm, bytecode_is_refused)
{
    lo_vm *vm = vm_new(0);
    cr_assert_eq(lo_vm_load(vm, LO_STR("\x1bLua\x54\x00\x19\x93\r\n\x1a\n"), "@evil.lua", 0), LO_E_PLUGIN);
    cr_assert(strstr(lo_status_message(), "binary"), "%s", lo_status_message());
    cr_assert_eq(lua_gettop(lo_vm_state(vm)), 0);
    lo_vm_free(vm);
}

Test(vm, errors_name_file_and_line)
{
    static const struct {
        const char *source, *message;
    } cases[] = {
        {"local x = nil\nreturn x.y", "p.lua:2: attempt to index a nil value (local 'x')"},
        {"return (", "p.lua:1: unexpected symbol near <eof>"},
        {"error({})", "p.lua:1: table"},
        {"error('plain', 0)", "p.lua:1: plain"},
        {"local g = require 'locutor.grammar'\n\ng.tokens { name = 'x' }", "p.lua:3: "},
        {"error(setmetatable({}, {__tostring = function() return 'mine' end}))", "p.lua:1: mine"},
        {"os.exit()", "p.lua:1: there is no global 'os'"},
    };
    lo_vm *vm = vm_new(0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_expect_eq(run(vm, lo_str_of(cases[i].source), "@p.lua", 0), LO_E_PLUGIN, "%s", cases[i].source);
        cr_expect(strstr(lo_status_message(), cases[i].message), "%s", lo_status_message());
        cr_expect_eq(lua_gettop(lo_vm_state(vm)), 0);
    }
    lo_vm_free(vm);
}

Test(vm, memory_is_capped)
{
    lo_vm *vm = vm_new(8 << 20);
    cr_assert_eq(run(vm, LO_STR("local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end"), "@eats.lua", 0),
                 LO_E_LIMIT);
    cr_assert(strstr(lo_status_message(), "memory limit of 8 MiB"), "%s", lo_status_message());
    cr_assert_eq(run(vm, LO_STR("return ('x'):rep(1000000)"), "@ok.lua", 1), LO_OK, "the state is usable afterwards");
    lua_pop(lo_vm_state(vm), 1);
    lo_vm_free(vm);
}

static lo_vm *interrupted;

static void on_alarm(int number)
{
    (void)number;
    lo_vm_interrupt(interrupted);
}

/* Loops of every kind end at the interrupt, also those that catch errors. */
Test(vm, time_limit)
{
    static const char *const loops[] = {
        "while true do end",
        "while true do pcall(error, 'x') end",
        "while true do pcall(function() while true do end end) end",
        "local function again() return xpcall(function() while true do end end, again) end again()",
        "xpcall(function() while true do end end, function() while true do end end)",
        "local co = coroutine.wrap(function() while true do end end) co()",
        "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
        "local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end",
        "repeat until false",
        "local function f() return f() end f()",
        "for i = 1, math.huge do local t = {i} end",
        "setmetatable({}, {__index = function() while true do end end}).x = nil; "
        "return setmetatable({}, {__index = function() while true do end end}).x",
        "table.sort({3, 2, 1, 5, 4}, function() while true do end end)",
        "string.gsub('aaaa', 'a', function() while true do end end)",
    };
    signal(SIGALRM, on_alarm);
    lo_vm *vm = interrupted = vm_new(32 << 20);
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++) {
        struct itimerval timer = {.it_value = {.tv_usec = 10000}};
        setitimer(ITIMER_REAL, &timer, NULL);
        cr_expect_eq(run(vm, lo_str_of(loops[i]), "@loop.lua", 0), LO_E_LIMIT, "%s", loops[i]);
        cr_expect(strstr(lo_status_message(), "time limit"), "%s: %s", loops[i], lo_status_message());
        cr_expect_eq(run(vm, LO_STR("local n = 0 for i = 1, 1000 do n = n + i end return n"), "@ok.lua", 1), LO_OK);
        lua_settop(lo_vm_state(vm), 0);
    }
    lo_vm_free(vm);
}

Test(vm, a_trusted_state_has_the_whole_library)
{
    lo_vm *vm;
    lo_vm_options options = {.trusted = true};
    cr_assert_eq(lo_vm_create(&options, &vm), LO_OK);
    lua_State *L = lo_vm_state(vm);
    cr_assert_eq(lo_vm_load(vm,
                            LO_STR("x = os.time() return io.write ~= nil and debug ~= nil and load('return 1')() == 1 "
                                   "and require('locutor.text').trim' a ' == 'a' and require('locutor.lpeg').P ~= nil"),
                            "@s.lua", 0),
                 LO_OK);
    cr_assert_eq(lo_vm_call(vm, 0, 1), LO_OK, "%s", lo_status_message());
    cr_assert(lua_toboolean(L, -1));
    lo_vm_free(vm);
}

Test(vm, allocation_sweep)
{
    int64_t before = lo_mem_alive();
    for (uint64_t skip = 0;; skip += skip < 200 ? 1 : 37) {
        lo_mem_fail_after(skip, 1);
        lo_vm_options options = {0};
        lo_vm *vm = NULL;
        lo_status status = lo_vm_create(&options, &vm);
        if (!status)
            status = run(vm, LO_STR("local g = require 'locutor.grammar' return #tostring(g)"), "@a.lua", 0);
        lo_mem_fail_never();
        cr_expect(status == LO_OK || status == LO_E_MEMORY, "%d: %s", status, lo_status_message());
        lo_vm_free(vm);
        cr_assert_eq(lo_mem_alive(), before);
        if (!status)
            break;
    }
}
