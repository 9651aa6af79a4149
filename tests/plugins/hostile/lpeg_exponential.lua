-- SPDX-License-Identifier: MIT
-- A grammar that backtracks without end, in C code.
local M = { api = 1, version = "1.0", summary = "hostile: an exponential grammar", needs = { "token" }, makes = { "noise" } }

local lpeg = require "locutor.lpeg"

function M.annotate()
  local a = lpeg.P "a"
  local grammar = lpeg.P { "S", S = a * lpeg.V "S" * a + a * lpeg.V "S" * a * a + a * a }
  lpeg.match(grammar * -1, string.rep("a", 390) .. "b")
end

return M
