-- SPDX-License-Identifier: MIT
-- Replaces every function it can reach, then shows what it did.
local M = {
  api = 1,
  version = "1.0",
  summary = "hostile: overwrites every function in reach",
  needs = { "token" },
  makes = { "noise" },
}

local function forged()
  error("overwritten", 0)
end

local function spoil(t, seen)
  if seen[t] then return end
  seen[t] = true
  for _, inner in pairs { t, getmetatable(t) } do
    if type(inner) == "table" then
      for key, value in pairs(inner) do
        if type(value) == "table" then
          spoil(value, seen)
        elseif type(value) == "function" then
          pcall(rawset, inner, key, forged)
        end
      end
    end
  end
end

function M.annotate(doc, out)
  for _, name in ipairs { "locutor.lpeg", "locutor.grammar", "locutor.text" } do
    local fine, library = pcall(require, name)
    if fine and type(library) == "table" then pcall(spoil, library, {}) end
  end
  pcall(spoil, getmetatable(doc) or {}, {})
  pcall(spoil, getmetatable(out) or {}, {})
  pcall(spoil, getmetatable "" or {}, {})
  spoil(_ENV, {})
  tostring "overwritten by now"
end

return M
