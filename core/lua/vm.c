// SPDX-License-Identifier: MIT
#include "lua/vm.h"
#include "base/mem.h"

#include <lauxlib.h>
#include <signal.h>
#include <string.h>

/* Most of what Lua asks for is small and soon given back.  Blocks of up to SMALL_MAX bytes are cut from one pool, of
 * which only what is touched takes memory, and kept in lists by size for the next of the size.  When the pool is all
 * cut, they come from base/mem like the large; a block's address says where it belongs. */
enum { SMALL_STEP = 16, SMALL_MAX = 256, SMALL_SIZES = SMALL_MAX / SMALL_STEP, POOL_SIZE = 32 << 20 };

typedef struct small {
    struct small *next;
} small;

struct lo_vm {
    lua_State *state;
    char *pool;
    size_t cut; /* bytes of it */
    small *free[SMALL_SIZES];
    lua_State *volatile running; /* innermost coroutine; written by resume (env_coroutine.c) */
    size_t used, cap;
    bool capped; /* the cap refused something during this call */
    volatile sig_atomic_t interrupted;
    int depth; /* nested lo_vm_call */
};

static size_t class_of(size_t size)
{
    return (size - 1) / SMALL_STEP;
}

static bool in_pool(const lo_vm *vm, const void *block)
{
    return (uintptr_t)block - (uintptr_t)vm->pool < POOL_SIZE;
}

static void *block_new(lo_vm *vm, size_t size)
{
    if (size > SMALL_MAX)
        return lo_mem_alloc(size);
    size_t class = class_of(size);
    small *block = vm->free[class];
    if (block) {
        vm->free[class] = block->next;
        return block;
    }
    size_t whole = (class + 1) * SMALL_STEP;
    if (POOL_SIZE - vm->cut < whole)
        return lo_mem_alloc(size);
    vm->cut += whole;
    return vm->pool + vm->cut - whole;
}

static void block_free(lo_vm *vm, void *block, size_t size)
{
    if (!in_pool(vm, block)) {
        lo_mem_free(block);
        return;
    }
    small *freed = block;
    freed->next = vm->free[class_of(size)];
    vm->free[class_of(size)] = freed;
}

static void *block_resize(lo_vm *vm, void *block, size_t old_size, size_t size)
{
    if (!block)
        return block_new(vm, size);
    if (!in_pool(vm, block))
        return lo_mem_realloc(block, size);
    if (size <= SMALL_MAX && class_of(size) == class_of(old_size))
        return block;
    void *moved = block_new(vm, size);
    if (moved) {
        memcpy(moved, block, size < old_size ? size : old_size);
        block_free(vm, block, old_size);
    }
    return moved;
}

static void *allocate(void *data, void *block, size_t old_size, size_t size)
{
    lo_vm *vm = data;
    if (!block)
        old_size = 0; /* Lua passes the type of the object here */
    if (size == 0) {
        if (block)
            block_free(vm, block, old_size);
        vm->used -= old_size;
        return NULL;
    }
    if (vm->cap && size > old_size && vm->used - old_size > vm->cap - (size < vm->cap ? size : vm->cap)) {
        vm->capped = true;
        return NULL;
    }
    void *moved = block_resize(vm, block, old_size, size);
    if (!moved) {
        if (size > old_size)
            return NULL;
        moved = block; /* Lua shrinks without a way to fail */
    }
    vm->used += size - old_size;
    return moved;
}

lua_State *lo_vm_state(lo_vm *vm)
{
    return vm->state;
}

lo_vm *lo_vm_of(lua_State *L)
{
    lo_vm *vm;
    memcpy(&vm, lua_getextraspace(L), sizeof vm);
    return vm;
}

size_t lo_vm_memory(const lo_vm *vm)
{
    return vm->used;
}

/* Adds the place in Lua code when the message does not start with one: an error raised by a bound function that a
 * prelude function called says where the plugin called it. */
static int add_place(lua_State *L)
{
    if (!lua_isstring(L, 1))
        lo_vm_describe(L, 1);
    else
        lua_settop(L, 1);
    const char *message = lua_tostring(L, -1);
    lua_Debug at;
    for (int level = 1; lua_getstack(L, level, &at); level++) {
        lua_getinfo(L, "Sl", &at);
        if (at.currentline <= 0 || !strncmp(at.short_src, "core/lua/prelude/", 17))
            continue;
        size_t n = strlen(at.short_src);
        if (strncmp(message, at.short_src, n) != 0 || message[n] != ':')
            lua_pushfstring(L, "%s:%d: %s", at.short_src, at.currentline, message);
        break;
    }
    return 1;
}

static void stop(lua_State *L, lua_Debug *at)
{
    lua_getinfo(L, "Sl", at);
    if (at->currentline > 0)
        lua_pushfstring(L, "%s:%d: time limit", at->short_src, at->currentline);
    else
        lua_pushliteral(L, "time limit");
    lua_error(L);
}

void lo_vm_interrupt(lo_vm *vm)
{
    vm->interrupted = 1;
    lua_sethook(vm->running, stop, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

lua_State *lo_vm_set_running(lua_State *L)
{
    lo_vm *vm = lo_vm_of(L);
    lua_State *former = vm->running;
    vm->running = L;
    if (vm->interrupted) /* the hook belongs to one coroutine: follow it out */
        lo_vm_interrupt(vm);
    return former;
}

static lo_status finish(lo_vm *vm, int code, int depth)
{
    lua_State *L = vm->state;
    lo_status status = LO_OK;
    bool interrupted = vm->interrupted != 0;
    if (code != LUA_OK) {
        const char *message = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "the error is no text";
        if (interrupted)
            status = lo_status_set(LO_E_LIMIT, "%s", strstr(message, "time limit") ? message : "time limit");
        else if (code == LUA_ERRMEM)
            status = vm->capped ? lo_status_set(LO_E_LIMIT, "memory limit of %zu MiB", vm->cap >> 20) : lo_mem_short();
        else
            status = lo_status_set(LO_E_PLUGIN, "%s", message);
        lua_pop(L, 1);
    } else if (interrupted) {
        status = lo_status_set(LO_E_LIMIT, "time limit");
    }
    if (depth == 0 && interrupted) {
        vm->interrupted = 0;
        lua_sethook(L, NULL, 0, 0);
    }
    return status;
}

lo_status lo_vm_call(lo_vm *vm, int n_arguments, int n_results)
{
    lua_State *L = vm->state;
    int base = lua_gettop(L) - n_arguments;
    if (!lua_checkstack(L, LUA_MINSTACK)) {
        lua_settop(L, base - 1);
        return lo_mem_short();
    }
    lua_pushcfunction(L, add_place);
    lua_insert(L, base);
    int depth = vm->depth++;
    lua_State *former = vm->running;
    vm->running = L;
    if (depth == 0)
        vm->capped = false;
    int code = lua_pcall(L, n_arguments, n_results, base);
    vm->depth = depth;
    vm->running = former;
    lua_remove(L, base);
    lo_status status = finish(vm, code, depth);
    if (status && code == LUA_OK)
        lua_settop(L, base - 1);
    return status;
}

lo_status lo_vm_protect(lo_vm *vm, lua_CFunction function, void *data)
{
    lua_State *L = vm->state;
    if (!lua_checkstack(L, 3))
        return lo_mem_short();
    lua_pushcfunction(L, function);
    lua_pushlightuserdata(L, data);
    return lo_vm_call(vm, 1, 0);
}

lo_status lo_vm_load(lo_vm *vm, lo_str source, const char *chunk_name, int environment)
{
    lua_State *L = vm->state;
    if (environment)
        environment = lua_absindex(L, environment);
    if (!lua_checkstack(L, 4))
        return lo_mem_short();
    int code = luaL_loadbufferx(L, source.p ? source.p : "", source.n, chunk_name, "t");
    if (code != LUA_OK)
        return finish(vm, code, 1);
    if (environment) {
        lua_pushvalue(L, environment);
        lua_setupvalue(L, -2, 1);
    }
    return LO_OK;
}

static int open_all(lua_State *L)
{
    const lo_vm_options *options = lua_touserdata(L, 1);
    lo_vm_open_libraries(L, options->trusted);
    return 0;
}

lo_status lo_vm_create(const lo_vm_options *options, lo_vm **out)
{
    *out = NULL;
    lo_vm *vm = lo_mem_zalloc(sizeof *vm);
    if (!vm)
        return lo_mem_short();
    vm->cap = options->memory_cap;
    vm->pool = lo_mem_alloc(POOL_SIZE);
    vm->state = vm->pool ? lua_newstate(allocate, vm) : NULL;
    if (!vm->state) {
        lo_mem_free(vm->pool);
        lo_mem_free(vm);
        return lo_mem_short();
    }
    memcpy(lua_getextraspace(vm->state), &vm, sizeof vm);
    vm->running = vm->state;
    lo_status status = lo_vm_protect(vm, open_all, (void *)options);
    if (status) {
        lo_vm_free(vm);
        return status;
    }
    *out = vm;
    return LO_OK;
}

void lo_vm_free(lo_vm *vm)
{
    if (!vm)
        return;
    lua_close(vm->state);
    lo_mem_free(vm->pool);
    lo_mem_free(vm);
}

const char *lo_vm_describe(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    switch (lua_type(L, index)) {
    case LUA_TNIL:
    case LUA_TBOOLEAN:
    case LUA_TNUMBER:
    case LUA_TSTRING: return luaL_tolstring(L, index, NULL);
    default: break;
    }
    if (luaL_callmeta(L, index, "__tostring")) {
        if (!lua_isstring(L, -1))
            luaL_error(L, "'__tostring' must return a string");
        return lua_tostring(L, -1);
    }
    if (luaL_getmetafield(L, index, "__name") == LUA_TSTRING)
        return lua_tostring(L, -1);
    return lua_pushstring(L, luaL_typename(L, index));
}

int lo_vm_describe_call(lua_State *L)
{
    luaL_checkany(L, 1);
    lo_vm_describe(L, 1);
    return 1;
}
