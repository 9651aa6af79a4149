// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "lua/value.h"
#include "lua/vm.h"

#include <criterion/criterion.h>
#include <lauxlib.h>
#include <string.h>

static const char round_trip[] =
    "local function same(a, b) if type(a) ~= 'table' then return math.type(a) == math.type(b) and a == b end\n"
    "  for k, v in pairs(a) do if not same(v, b[k]) then return false end end\n"
    "  for k in pairs(b) do if a[k] == nil then return false end end return true end\n"
    "local deep = 0 for i = 1, 30 do deep = {deep} end\n"
    "for _, value in ipairs { false, true, 0, -1, 1, math.maxinteger, math.mininteger, 0.0, -0.5, 1e300, 1/0, '', "
    "'a\\0b',\n"
    "  {}, {1, 2, 3}, {1, nil, 3}, {a = 1, b = {c = 'x'}, [1] = 2, [2.5] = 3, [-7] = 4, [true] = 5, [false] = 6},\n"
    "  deep, ('x'):rep(100000) } do\n"
    "  assert(same(value, unpack_value(pack(value))), tostring(value))\n"
    "end\n"
    "assert(unpack_value(pack(nil)) == nil)\n"
    "local a, b = {}, {} for i = 1, 50 do a['k' .. i] = i b['k' .. 51 - i] = 51 - i end\n"
    "assert(pack(a) == pack(b), 'order of insertion shows')\n"
    "local loop = {} loop.loop = loop\n"
    "for _, bad in ipairs { print, loop, {{{print}}}, {[{}] = 1}, coroutine.create(print) } do\n"
    "  local ok, message = pcall(pack, bad) assert(not ok)\n"
    "end\n"
    "local _, message = pcall(pack, {list = {1, {about = print}}})\n"
    "assert(message:find('list[2].about', 1, true), message)\n";

static int pack(lua_State *L)
{
    luaL_checkany(L, 1);
    lo_value_push_packed(L, 1);
    return 1;
}

static int unpack_value(lua_State *L)
{
    lo_str s;
    s.p = luaL_checklstring(L, 1, &s.n);
    lo_value_push(L, s);
    return 1;
}

static lo_vm *vm_new(void)
{
    lo_vm *vm;
    lo_vm_options options = {.trusted = true};
    cr_assert_eq(lo_vm_create(&options, &vm), LO_OK);
    lua_State *L = lo_vm_state(vm);
    lua_register(L, "pack", pack);
    lua_register(L, "unpack_value", unpack_value);
    return vm;
}

Test(value, round_trip)
{
    lo_vm *vm = vm_new();
    cr_assert_eq(lo_vm_load(vm, lo_str_of(round_trip), "@value.lua", 0), LO_OK, "%s", lo_status_message());
    cr_assert_eq(lo_vm_call(vm, 0, 0), LO_OK, "%s", lo_status_message());
    lo_vm_free(vm);
}

Test(value, hostile_bytes)
{
    static const struct {
        const char *bytes;
        size_t n;
    } bad[] = {
        {"\x07", 1}, /* no such type */
        {"\x03", 1}, /* cut */
        {"\x05\x0a"
         "abc",
         5},                                                  /* string longer than the rest */
        {"\x05\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11}, /* huge string */
        {"\x06\xff\xff\xff\xff\x0f\x00", 7},                  /* huge table */
        {"\x06\x00\x01\x00\x02", 5},                          /* nil as a key */
        {"\x06\x00\x01\x06\x00\x00\x02", 7},                  /* a table as a key */
        {"\x06\x00\x02\x03\x02\x02\x03\x02\x02", 9},          /* a key twice */
        {"\x06\x00\x02\x05\x01"
         "b"
         "\x02\x05\x01"
         "a"
         "\x02",
         11},                                                         /* keys out of order */
        {"\x06\x00\x01\x04\x00\x00\x00\x00\x00\x00\xf8\x7f\x02", 13}, /* NaN as a key */
        {"\x02\x02", 2},                                              /* something behind */
    };
    lo_vm *vm = vm_new();
    lua_State *L = lo_vm_state(vm);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_expect_eq(lo_value_check((lo_str){bad[i].bytes, bad[i].n}), LO_E_DATA, "case %zu", i);
        lua_pushcfunction(L, unpack_value);
        lua_pushlstring(L, bad[i].bytes, bad[i].n);
        cr_expect_eq(lo_vm_call(vm, 1, 0), LO_E_PLUGIN, "case %zu", i);
    }
    lo_buf deep = LO_BUF_EMPTY;
    for (int i = 0; i < 100000; i++)
        lo_buf_add(&deep, "\x06\x01", 2);
    cr_expect_eq(lo_value_check(lo_buf_str(&deep)), LO_E_DATA);
    lo_buf_free(&deep);
    lo_vm_free(vm);
}
