-- SPDX-License-Identifier: MIT
--- Claims that rest on independent sources: different speakers, carried by different outlets, say the same.  A report
--- copied
--- from the same wire, or passed on by the same outlet, is no second source.
local claims = require "locutor.claims"

local M = {
  api = 1,
  version = "1.0",
  summary = "The same claim by different speakers through different outlets",
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
  if a.document == b.document or a.speaker == "" or b.speaker == "" or claims.same_speaker(a.speaker, b.speaker) then
    return nil
  end
  if a.attitude == "denial" or b.attitude == "denial" or a.type == "headline" then
    return nil
  end
  local from_a, from_b = claims.carrier(a), claims.carrier(b)
  if from_a ~= "" and from_a == from_b or a.content == b.content then
    return nil
  end
  local share, both, opposed = claims.alike(a, b)
  if both >= 4 and share >= state.least and not opposed then
    return "corroboration", share, string.format("%d words shared; %s and %s", both, from_a, from_b)
  end
end

return M
