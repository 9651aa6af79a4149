-- SPDX-License-Identifier: MIT
-- What a plugin's environment lets through and what it refuses.
local function raises(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert(not ok, "nothing was raised")
  assert(tostring(message):find(pattern), "another error was raised: " .. tostring(message))
end

local spec = {}

spec["xpcall hands the error to the handler, and results through"] = function()
  local function handler(message) return "handled " .. message end
  local ok, message = xpcall(error, handler, "x", 0)
  assert(not ok and message == "handled x")
  local all = table.pack(xpcall(function(...) return select("#", ...), ... end, handler, nil, 2, nil))
  assert(all.n == 5 and all[1] == true and all[2] == 3 and all[4] == 2)
  local step = coroutine.wrap(function()
    return xpcall(function() return coroutine.yield(1) + 1 end, handler)
  end)
  assert(step() == 1)
  local done, value = step(41)
  assert(done == true and value == 42)
end

spec["only the allowed globals are there"] = function()
  local allowed = [[assert coroutine error getmetatable ipairs math next pairs pcall rawequal rawget rawlen rawset
    require select setmetatable string table tonumber tostring type utf8 xpcall]]
  local want = {}
  for name in allowed:gmatch "%S+" do
    want[name] = true
  end
  for name in pairs(_ENV) do
    assert(want[name], "unexpected global " .. tostring(name))
    want[name] = nil
  end
  assert(next(want) == nil, "missing " .. tostring(next(want)))
end

spec["an unknown global is an error, and so is a new one"] = function()
  raises("no global 'os'", function() return os end) -- luacheck: ignore
  raises("no global 'load'", function() return load("return 1") end) -- luacheck: ignore
  raises("local answer", function() answer = 42 end) -- luacheck: ignore
  assert(getmetatable(_ENV) == false)
end

spec["no module but the prelude's"] = function()
  for _, name in ipairs { "os", "io", "debug", "lpeg", "string", "locutor.nothing", "locutor../../x", "/etc/passwd" } do
    raises("no module", require, name)
  end
  assert(require "locutor.text" == require "locutor.text")
  assert(require("locutor.text").trim "  a b \n" == "a b")
end

spec["strings have no way to their library"] = function()
  assert(getmetatable "" == false)
  raises("protected", setmetatable, setmetatable({}, { __metatable = 1 }), {})
  assert(("x"):rep(3, "-") == "x-x-x")
  assert(string.dump == nil)
end

spec["string.rep is capped"] = function()
  assert(string.rep("", 1 << 62) == "")
  raises("16 MiB", string.rep, "ab", 1 << 40)
  raises("16 MiB", string.rep, "", 1 << 62, "x")
  raises("16 MiB", ("x").rep, "x", math.maxinteger)
  assert(string.rep("x", -1) == "")
end

spec["formats show no address"] = function()
  raises("%%p", string.format, "%p", {})
  raises("%%p", string.format, "%-20p", "x")
  assert(string.format("%%p %s", "x") == "%p x")
  for _, value in ipairs { {}, pairs, coroutine.create(pairs) } do
    assert(not tostring(value):find "0x", tostring(value))
    assert(not string.format("%s", value):find "0x")
    assert(not ("%10s"):format(value):find "0x")
  end
  assert(tostring(setmetatable({}, { __tostring = function() return "me" end })) == "me")
  assert(string.format("%5.1f|%d|%q", 3.14159, 7, "a\nb") == "  3.1|7|\"a\\\nb\"")
  local ok, message = pcall(error, {})
  assert(not ok and type(message) == "table")
end

spec["no finalizers, no weak tables"] = function()
  raises("__gc", setmetatable, {}, { __gc = function() end })
  raises("__mode", setmetatable, {}, { __mode = "k" })
  assert(setmetatable({}, { __index = { a = 1 } }).a == 1)
end

spec["pairs and next visit keys in order"] = function()
  local t = { z = 1, a = 2, [10] = 3, [1] = 4, [2] = 5, [true] = 6, [-1] = 7, [2.5] = 8, m = 9 }
  local seen = {}
  for key in pairs(t) do
    seen[#seen + 1] = tostring(key)
  end
  assert(table.concat(seen, " ") == "-1 1 2 2.5 10 a m z true", table.concat(seen, " "))
  local again, key = {}, nil
  repeat
    key = next(t, key)
    again[#again + 1] = key ~= nil and tostring(key) or nil
  until key == nil
  assert(table.concat(again, " ") == table.concat(seen, " "))
  raises("from run to run", pairs, { [{}] = 1 })
  assert(next({}) == nil)
  local n = 0
  for i, value in pairs { 5, 6, 7 } do
    n = n + 1
    assert(value == i + 4)
  end
  assert(n == 3)
end

spec["pairs lets the loop clear fields"] = function()
  local t = { a = 1, b = 2, c = 3 }
  for key in pairs(t) do
    t[key] = nil
    t.c = nil
  end
  assert(next(t) == nil)
end

spec["pairs follows __pairs"] = function()
  local t = setmetatable({}, { __pairs = function() return function(_, k) return not k and 1 or nil end, nil, nil end })
  local n = 0
  for _ in pairs(t) do
    n = n + 1
  end
  assert(n == 1)
end

spec["sort is stable"] = function()
  local t = {}
  for i = 1, 200 do
    t[i] = { key = i * 7 % 5, place = i }
  end
  table.sort(t, function(a, b) return a.key < b.key end)
  for i = 2, #t do
    assert(t[i - 1].key < t[i].key or (t[i - 1].key == t[i].key and t[i - 1].place < t[i].place))
  end
  for n = 0, 9 do
    local list = {}
    for i = 1, n do
      list[i] = (i * 5) % 7
    end
    table.sort(list)
    for i = 2, n do
      assert(list[i - 1] <= list[i])
    end
  end
  raises("compare", table.sort, { 1, "x" })
end

spec["a length that lies keeps no function busy"] = function()
  local liar = setmetatable({}, { __len = function() return 1 << 60 end })
  table.insert(liar, "a")
  assert(liar[1] == "a")
  assert(table.concat(liar, ",") == "a")
  assert(table.remove(liar) == "a")
  raises("inside the table", table.move, { 1 }, 1, 1 << 60, 2)
  assert(table.concat(table.move({ 1, 2, 3 }, 1, 3, 2), " ") == "1 1 2 3")
  table.sort(liar)
  table.insert(liar, 1, "b")
  raises("bounds", table.insert, liar, 5, "c")
  raises("invalid value", table.concat, { 1, {}, 3 })
  raises("invalid value", table.concat, {}, "", 1, 1 << 40)
end

spec["what one plugin does to a library stays its own"] = function()
  string.format = nil -- luacheck: ignore
  table.insert = error -- luacheck: ignore
  assert(("%d"):format(3) == "3", "methods of strings are not the table that a plugin holds")
  local lpeg = require("locutor.grammar").lpeg
  lpeg.P = nil
  lpeg.match = function() return "spoilt" end
  assert(require("locutor.lpeg").P)
  assert(require("locutor.lpeg").match(require("locutor.lpeg").P "a", "a") == 2)
end

spec["library tables are copies"] = function()
  assert(string.format and table.insert ~= error, "another environment spoilt this one")
  assert(require("locutor.grammar").lpeg.P)
end

spec["no way from a pattern to LPeg's tables"] = function()
  local P = require("locutor.lpeg").P
  assert(getmetatable(P "a") == false)
  raises("", function() P("a").match = 1 end)
  assert(P("a"):match "a" == 2)
  assert(require("locutor.lpeg").setmaxstack == nil)
end

spec["patterns of a size that would overflow the stack are refused"] = function()
  local lpeg = require "locutor.lpeg"
  local function grow(step)
    return function()
      local p = lpeg.P "a"
      for _ = 1, 100000 do
        p = step(p)
      end
      return p:match "a"
    end
  end
  raises("too large", grow(function(p) return p + lpeg.P "bc" end))
  raises("too large", grow(function(p) return lpeg.P "b" * p end))
  raises("too large", grow(function(p) return p * lpeg.P "b" end))
  raises("too large", grow(function(p) return -p end))
  raises("too large", grow(function(p) return lpeg.C(p) end))
  raises("too large", grow(function(p) return p ^ -1 end))
  raises("too large", grow(function(p) return p / 1 end))
  raises("too large", function()
    local rules = {}
    for i = 1, 200 do
      rules[i] = lpeg.P(("x"):rep(100))
    end
    return lpeg.P(rules)
  end)
  raises("too large", lpeg.P, ("x"):rep(1 << 20))
  raises("too large", lpeg.P, 1 << 30)
  raises("", function() return lpeg.P(5000) ^ 5000 end)
end

spec["deep recursion is an error and not a crash"] = function()
  local function down(n) return 1 + down(n + 1) end
  raises("stack overflow", down, 1)
  local function inside() return pcall(inside) end
  inside()
  local s = string.rep("(", 100000)
  raises("", string.find, "x", s)
  local t = setmetatable({}, {})
  getmetatable(t).__index = t
  raises("", function() return t.x end)
  raises("", string.gsub, "x", "x", function() return down(1) end)
end

spec["coroutines work, without close"] = function()
  assert(coroutine.close == nil)
  local step = coroutine.wrap(function(a)
    local b = coroutine.yield(a + 1)
    error("end " .. b)
  end)
  assert(step(1) == 2)
  raises("end 5", step, 5)
  raises("dead", step)
  local co = coroutine.create(function() return 1, 2, 3 end)
  local ok, a, b, c = coroutine.resume(co)
  assert(ok and a == 1 and b == 2 and c == 3 and coroutine.status(co) == "dead")
  local self
  self = coroutine.wrap(function() return self() end)
  raises("suspended", self)
  local function nest(n)
    return n == 0 and 0 or 1 + coroutine.wrap(nest)(n - 1)
  end
  assert(nest(100) == 100)
  raises("overflow", nest, 100000)
end

spec["no randomness, no clock"] = function()
  assert(math.random == nil and math.randomseed == nil)
  assert(math.floor(2.5) == 2 and math.type(1) == "integer")
end

return spec
