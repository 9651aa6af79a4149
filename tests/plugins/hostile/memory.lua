-- SPDX-License-Identifier: MIT
-- Fills memory until the cap.
local M = {
  api = 1,
  version = "1.0",
  summary = "hostile: eats memory",
  needs = { "token" },
  makes = { "noise" },
}

function M.annotate()
  local kept = {}
  for i = 1, math.huge do
    kept[i] = { i, i, i, tostring(i) .. " is kept for good" }
  end
end

return M
