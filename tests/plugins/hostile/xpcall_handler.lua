-- SPDX-License-Identifier: MIT
-- Spends its time inside the message handler.
local M = {
  api = 1,
  version = "1.0",
  summary = "hostile: an endless message handler",
  needs = { "token" },
  makes = { "noise" },
}

function M.annotate()
  local function forever()
    while true do end
  end
  while true do
    xpcall(error, forever)
  end
end

return M
