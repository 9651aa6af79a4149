-- SPDX-License-Identifier: MIT
-- Never ends: the timer raises in it.
local M = {
  api = 1,
  version = "1.0",
  summary = "hostile: an endless loop",
  needs = { "token" },
  makes = { "noise" },
}

function M.annotate()
  while true do end
end

return M
