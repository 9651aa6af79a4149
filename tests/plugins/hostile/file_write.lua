-- SPDX-License-Identifier: MIT
-- Looks for a way to a file.
local M = {
  api = 1,
  version = "1.0",
  summary = "hostile: writes a file",
  needs = { "token" },
  makes = { "noise" },
}

function M.annotate()
  local library = io or os or debug or package or (require and pcall(require, "io") and require "io")
  assert(library, "there is no library that reaches files")
  library.open("/tmp/locutor-was-here", "w"):write "broken out"
end

return M
