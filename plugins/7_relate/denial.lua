-- SPDX-License-Identifier: MIT
--- Who denies whom: a denial, or a statement with the opposite sign, that shares its subject with another's claim.
local claims = require "locutor.claims"

local M = {
  api = 1,
  version = "1.0",
  summary = "Denials and contradictions between statements of different speakers",
  needs = { "attribution" },
  makes = { "relation" },
  options = {
    least = { type = "number", default = 0.5, doc = "share of the shorter statement's words that both must have" },
  },
}

function M.open(opt)
  return { least = opt.options.least }
end

function M.relate(a, b, state)
  if a.speaker == "" or b.speaker == "" or claims.same_speaker(a.speaker, b.speaker) or a.parent == b.id
    or b.parent == a.id then
    return nil
  end
  local share, both, opposed = claims.alike(a, b)
  if both < 3 or share < state.least then
    return nil
  end
  local deny_a, deny_b = a.attitude == "denial", b.attitude == "denial"
  if deny_a ~= deny_b and not opposed then
    return "denial", share, string.format("%s denies; %d words shared", deny_a and a.speaker or b.speaker, both)
  elseif not deny_a and not deny_b and opposed then
    return "contradiction", share, string.format("one of them negated; %d words shared", both)
  end
end

return M
