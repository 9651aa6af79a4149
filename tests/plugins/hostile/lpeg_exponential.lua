-- SPDX-License-Identifier: MIT
-- A grammar that tries every level twice, in C code.
local M = {
  api = 1,
  version = "1.0",
  summary = "hostile: an exponential grammar",
  needs = { "token" },
  makes = { "noise" },
}

local lpeg = require "locutor.lpeg"

function M.annotate()
  local a, S = lpeg.P "a", lpeg.V "S"
  lpeg.match(lpeg.P { "S", S = a * S * "x" + a * S * "y" + a }, string.rep("a", 60))
end

return M
