-- SPDX-License-Identifier: MIT
-- Recurses in Lua and in C at once.
local M = {
  api = 1,
  version = "1.0",
  summary = "hostile: deep recursion",
  needs = { "token" },
  makes = { "noise" },
}

local function deeper(n)
  local at = setmetatable({}, { __index = function(t, k) return t[k + 1] end })
  return n and deeper(n + 1) .. tostring(at[1])
end

function M.annotate()
  return deeper(1)
end

return M
