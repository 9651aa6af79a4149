-- SPDX-License-Identifier: MIT
--- Turns of an interview: paragraphs that begin with a speaker's label (“DW: …”, “Ann Lee: …”), and, where only the
--- first
--- turns are labelled, the paragraphs that follow: a short one that ends as a question is the interviewer's, others
--- go on
--- with the answer.  Page furniture between turns (captions, lines without a full stop) is stepped over.  Each
--- paragraph of
--- an answer is a direct statement of its speaker.
local g = require "locutor.grammar"

local M = {
  api = 1,
  version = "1.0",
  summary = "Interview turns, labelled and unlabelled, and the answers as statements",
  needs = {},
  makes = { "turn", "attribution" },
  options = {
    question_limit = { type = "number", default = 90, doc = "tokens that a question without label may have at most" },
  },
  examples = {
    { "NW: Will you sign?\n\nAnn Lee: We will.\n\nWhen will that be?\n\nIt will be soon.", makes = "turn",
      speaker = "Ann Lee" },
    { "The aim: peace.\n\nThe way is long.", makes = "turn", none = true },
  },
}

g.use { "capitalised", "question", "period", "exclamation", "ellipsis", "close_quote", "quote", "initial", "number" }

local labels = g.rules {
  g.tokens {
    name = "label",
    anchor = "paragraph_start",
    sentence = "any",
    pattern = g.seq {
      g.cap("label", g.seq { g.class "capitalised",
        g.upto(4, g.alt { g.class "capitalised", g.class "initial", g.class "hyphen" }) }),
      g.cap("colon", g.class "colon"),
      g.any,
    },
  },
}

function M.open(opt)
  return { limit = opt.question_limit or opt.options.question_limit }
end

--- The last token of a paragraph that is no closing mark.
local function final(doc, p)
  local a, b = doc:paragraph(p)
  local first = doc:sentence(a)
  local _, last = doc:sentence(b - 1)
  local i = last - 1
  while i > first and doc:is(i, "quote") do
    i = i - 1
  end
  return i, first, last
end

local function ends_as_question(doc, p)
  local i = final(doc, p)
  return doc:is(i, "question")
end

--- Captions, menus, headings between turns: no sentence's end, or marked as furniture.
local function is_furniture(doc, p)
  local s, e = doc:paragraph_span(p)
  if doc:furniture(s, e) then
    return true
  end
  local i, first, last = final(doc, p)
  if last - first > 25 then
    return false
  end
  return not (doc:is(i, "period") or doc:is(i, "question") or doc:is(i, "exclamation") or doc:is(i, "ellipsis"))
end

--- “Dr. Ann Lee is a historian …” after the last answer: the words about the guest end the interview.
local function about_guest(doc, p, guest)
  local a = doc:paragraph(p)
  local s, e = doc:sentence_span(a)
  local text = doc:sub(s, math.min(e, s + 120))
  local at, stop = text:find(guest, 1, true)
  return at and at < 12 and text:find("^ is ", stop + 1) ~= nil or at and at < 12
    and text:find("^ was ", stop + 1) ~= nil
end

--- Labels by paragraph, kept when the page is a dialogue: two speakers who alternate, or a labelled question and
--- answer.
local function dialogue(doc)
  local found, count, kinds, list = {}, {}, 0, {}
  for _, c in labels:each(doc) do
    local s, e = doc:span(c.label[1], c.label[2])
    local name = doc:sub(s, e)
    local p = doc:paragraph_of(doc:sentence_of(c.label[1]))
    local i = final(doc, p)
    if doc:is(i, "period") or doc:is(i, "question") or doc:is(i, "exclamation") or doc:is(i, "ellipsis") then
      -- others are captions and credits (“Image: …”)
      found[p] = { name = name, s = s, e = e }
      kinds = kinds + (count[name] and 0 or 1)
      count[name] = (count[name] or 0) + 1
      list[#list + 1] = p
    end
  end
  if kinds < 2 then
    return nil
  end
  local again = 0
  for _, p in ipairs(list) do
    again = again + (count[found[p].name] > 1 and 1 or 0)
  end
  local host
  for k = 1, #list - 1 do
    local here, next = list[k], list[k + 1]
    if ends_as_question(doc, here) and found[here].name ~= found[next].name and next - here <= 3 then
      host = { p = here, name = found[here].name, guest = found[next].name, reply = next }
      break
    end
  end
  if not (host and (#list <= 4 or again >= 2)) and again < 4 then
    return nil
  end
  return found, list, host, again >= 4
end

function M.annotate(doc, out, state)
  local found, list, host, labelled = dialogue(doc)
  if not found then
    return
  end
  local first, speaker = list[1], nil
  if host and not labelled then
    first = host.p
  end
  local last = labelled and list[#list] or doc.n_paragraphs - 1
  local label
  for p = first, last do
    local mark = found[p]
    local s, e = doc:paragraph_span(p)
    local role
    if mark then
      speaker, label = mark.name, { { mark.s, mark.e } }
      role = host and speaker == host.name and "question" or "answer"
    elseif is_furniture(doc, p) then
      role = "furniture"
    elseif not labelled and host then
      if about_guest(doc, p, host.guest) then
        break
      end
      local _, from, to = final(doc, p)
      if ends_as_question(doc, p) and to - from <= state.limit then
        speaker, role = host.name, "question"
      else
        speaker, role = host.guest, "answer"
      end
    else
      role = host and speaker == host.name and "question" or "answer"
    end
    if role ~= "furniture" then
      out:add("turn", s, e, { speaker = speaker, role = role, label = mark and label or nil })
      local from = s
      if mark then
        from = mark.e + 1
        while doc:sub(from, from + 1):find "^[%s:]" do
          from = from + 1
        end
      end
      if role == "answer" and from < e then
        local fields = { content = { { from, e } }, type = "direct", attitude = "speech", channel = "interview",
          speaker = speaker, rule = "turn", score = 0.9 }
        if mark then
          fields.source, fields.cue = label, { { mark.e, mark.e + 1 } }
        end
        out:add("attribution", from, e, fields)
      end
    end
  end
end

return M
