-- SPDX-License-Identifier: MIT
-- Catches the time limit and goes on, again and again.
local M = {
  api = 1,
  version = "1.0",
  summary = "hostile: an endless loop that catches errors",
  needs = { "token" },
  makes = { "noise" },
}

function M.annotate()
  while true do
    pcall(function()
      while true do end
    end)
  end
end

return M
