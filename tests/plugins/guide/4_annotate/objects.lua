-- SPDX-License-Identifier: MIT
--- Who signs what: verb, subject and object by the dependency tree, so that words in between do not matter.
local g = require "locutor.grammar"

local M = {
  api = 1,
  version = "1.0",
  summary = "Who signed, refused or ratified what, by the dependency tree",
  needs = {},
  makes = { "act" },
  examples = {
    { "The minister, who had hesitated for weeks, finally signed the treaty.", verb = "signed",
      actor = "The minister, who had hesitated for weeks", object = "the treaty" },
    { "The treaty was signed by both governments.", actor = "both governments", object = "The treaty" },
    { "The treaty has no signature.", none = true },
  },
}

g.use "comma"
g.words("act_verb", { "sign", "signs", "signed", "ratify", "ratifies", "ratified", "reject", "rejects", "rejected" })

-- The class is cheap to look for; only sentences that hold such a verb are tagged and parsed.
local rules = g.rules {
  g.tokens { name = "verb-object", anchor = "act_verb", pattern = g.anchor },
}

--- The words under token `top`: all that reach it by their heads.  Returns the first and, exclusive, the last.
local function subtree(doc, top, first, last)
  local low, high = top, top
  for i = first, last - 1 do
    local at, steps = i, 0
    while at and at ~= top and steps < last - first do
      at, steps = doc:head(at), steps + 1
    end
    if at == top then
      low, high = math.min(low, i), math.max(high, i)
    end
  end
  while low < top and doc:deprel(low) == "case" do
    low = low + 1 -- "by" in front of an agent
  end
  while high > top and doc:is(high, "comma") do
    high = high - 1
  end
  return low, high + 1
end

--- The tokens that hang on the verb, by relation.
local function dependents(doc, verb, first, last)
  local by = {}
  for i = first, last - 1 do
    if doc:head(i) == verb then
      local relation = doc:deprel(i)
      by[relation] = by[relation] or i
    end
  end
  return by
end

function M.annotate(doc, out)
  if doc.fast then
    return -- no parser, nothing to go by
  end
  for rule, found in rules:each(doc) do
    local verb = found.anchor
    local first, last = doc:sentence(doc:sentence_of(verb))
    local by = dependents(doc, verb, first, last)
    -- A participle with a direct object is no passive, whatever the parser called its subject.
    local roles = { actor = by["obl:agent"], object = by["nsubj:pass"] }
    if by.obj then
      roles = { actor = by.nsubj or by["nsubj:pass"], object = by.obj }
    end
    if roles.object then
      local start, finish = doc:token(verb)
      local fields = { verb = { { start, finish } }, rule = rule, score = 0.7 }
      for role, top in pairs(roles) do
        fields[role] = { { doc:span(subtree(doc, top, first, last)) } }
      end
      out:add("act", start, finish, fields)
    end
  end
end

return M
