-- SPDX-License-Identifier: MIT
--- When, where and through whom: date said, channel, outlet, addressee, camp and editor's words of each attribution,
--- from
--- words around it.  A date is taken from the sentence of the cue, then from the statement before it in the paragraph
--- by
--- the same speaker, then from the statement it stands inside, then from the note that belongs to it.
local clause = require "locutor.clause"
local g = require "locutor.grammar"

local M = {
  api = 1,
  version = "1.0",
  summary = "Date said, channel, outlet and via, addressee, camp and editor's insertions of attributions",
  needs = { "attribution", "date", "entity", "mention", "footnote" },
  makes = { "attribution" },
  examples = {
    { "On June 14, 2014, Ann Lee said that talks go on.", makes = "attribution", date = "2014-06-14" },
    { "“We will sign,” Ann Lee said at a news conference.", makes = "attribution", channel = "press conference" },
    { "“We will sign,” Ann Lee tweeted.", makes = "attribution", channel = "post" },
  },
}

g.use { "open_bracket", "close_bracket", "comma", "capitalised" }

--- Words near the cue that tell the channel; the first that occurs wins.
local channels = {
  { "press conference", { "press conference", "news conference", "press briefing", "briefing" } },
  { "interview", { "interview" } },
  { "statement", { "in a statement", "a written statement", "statement issued", "statement released" } },
  { "post", { "tweet", "twitter", "facebook", "instagram", "blog post", "posted" } },
  { "editorial", { "editorial" } },
  { "article", { "article", "op-ed", "column", "commentary" } },
  { "website", { "website" } },
  { "sermon", { "friday prayer", "sermon" } },
  { "broadcast", { "state television", "on television", "state tv", "on the radio", "broadcast" } },
  { "remarks", { "in a speech", "speech", "rally", "remarks" } },
}

--- Bytes outside the content in the sentence of the cue (or source).
local function frame(doc, mark)
  local at = mark.cue and mark.cue[1][1] or mark.source and mark.source[1][1]
  if not at then
    return nil
  end
  local s, e = doc:sentence_span(doc:sentence_of(doc:token_at(at)))
  if mark.cue and mark.cue[1][2] > e then
    e = mark.cue[1][2]
  end
  return s, e, at
end

local function in_content(mark, at)
  for _, span in ipairs(mark.content) do
    if span[1] <= at and at < span[2] then
      return true
    end
  end
  return false
end

--- Precise enough to date an utterance: a day, or else a year or month.
local function useful(value)
  return value:find "^[%dX][%dX][%dX][%dX]%-%d%d%-%d%d" or value:find "^%d%d%d%d%-%d%d$" or value:find "^%d%d%d%d$"
end

local function date_near(doc, dates, mark, s, e, at)
  local best, best_away
  for k = clause.from(dates, s), #dates do
    local d = dates[k]
    if d.start >= e then
      break
    elseif d.type ~= "DURATION" and d.type ~= "SET" and useful(d.value)
      and not in_content(mark, d.start) then
      local before = doc:sub(math.max(s, d.start - 8), d.start):lower()
      local day = #d.value >= 10
      local introduced = before:find "on $" or before:find "in $" or before:find "a $" or before:find "an $"
        or before:find "the $" or d.start - s < 3 or before:find ", $" or before:find "also $" or before:find "%[$"
          or before:find "said $" or before:find "last $"
      if introduced or day then
        local away = d.start <= at and at - d.start or (d.start - at) + 40
        if not day then
          away = away + 200
        end
        if (day or before:find "in $") and (not best or away < best_away) then
          best, best_away = d, away
        end
      end
    end
  end
  if best and best_away < 420 then
    return best.value:sub(1, 10)
  end
end

local function channel_near(text)
  for _, channel in ipairs(channels) do
    for _, word in ipairs(channel[2]) do
      local at, stop = text:find(word, 1, true)
      if at and not text:find("^ist", stop + 1) then
        return channel[1]
      end
    end
  end
end

--- Outlet named in bytes [s, e): an entity that is one.
local function outlet_in(mentions, s, e)
  for k = clause.from(mentions, s), #mentions do
    local m = mentions[k]
    if m.start >= e then
      break
    elseif m.entity.type == "outlet" then
      return m.entity.name
    end
  end
end

local function parent_of(mark)
  local parent = mark.parent
  return parent and (parent[1] or parent)
end

local function speaker_outlet(mark)
  local entity = mark.entity and mark.entity[1]
  return entity and entity.type == "outlet" and entity.name or nil
end

--- The note (paragraph of a footnote) that holds the mark.
local function note_of(notes, mark)
  for _, note in ipairs(notes) do
    local body = note.body
    if body and body[1][1] <= mark.start and mark.start < body[1][2] then
      return note
    end
  end
end

local camps = { "close to [^,;.“”\"]+", "affiliated with [^,;.“”\"]+", "hard%-?line%a*", "moderate %a+",
  "reformist", "pro%-%a+", "anti%-%a+", "state%-run", "independent" }

local function camp_in(doc, mark)
  for _, span in ipairs(mark.source or {}) do
    local text = doc:sub(span[1], span[2])
    local lower = text:lower()
    for _, pattern in ipairs(camps) do
      local s, e = lower:find(pattern)
      if s then
        return { { span[1] + s - 1, span[1] + e } }
      end
    end
  end
end

--- “[…]” inside direct content: the editor's words.
local function editors(doc, mark)
  local list = {}
  for _, span in ipairs(mark.content) do
    local text, from = doc:sub(span[1], span[2]), 1
    while true do
      local s, e = text:find("%[[^%[%]]+%]", from)
      if not s then
        break
      end
      list[#list + 1] = { span[1] + s - 1, span[1] + e }
      from = e + 1
    end
  end
  return #list > 0 and list or nil
end

local function addressee(doc, mark)
  if not (mark.cue and mark.content[1]) then
    return nil
  end
  local s, e = mark.cue[1][2], mark.content[1][1]
  local cue = doc:sub(mark.cue[1][1], mark.cue[1][2]):lower()
  if s >= e or e - s > 120 or not (cue:find "t[eo]ll" or cue:find "told" or cue:find "remind" or cue:find "inform"
    or cue:find "warn" or cue:find "assur") then
    return nil
  end
  local text = doc:sub(s, e):gsub("“", '"""') -- of the same length: a set of bytes must not cut a character
  local a, b = text:find '[^%s,:;"][^,:;"]*'
  if not a then
    return nil
  end
  local words = text:sub(a, b):gsub("%s+that$", ""):gsub("%s+$", "")
  if words == "" or words == "that" then
    return nil
  end
  return { { s + a - 1, s + a - 1 + #words } }
end

local function set(out, record, field, value)
  if value and record.mark[field] == nil then
    out:set(record.mark, field, value)
  end
end

--- The fields of an attribution that are asked for again and again.
local function read(mark)
  return {
    mark = mark, start = mark.start, finish = mark.finish, content = mark.content, cue = mark.cue, source = mark.source,
    type = mark.type, speaker = mark.speaker, entity = mark.entity, parent = mark.parent,
  }
end

function M.resolve(doc, out)
  local dates, mentions, notes = {}, clause.mentions(doc), doc:list "footnote"
  for d in doc:marks "date" do
    dates[#dates + 1] = { start = d.start, finish = d.finish, type = d.type, value = d.value }
  end
  local previous
  for _, attribution in ipairs(clause.by_source(doc)) do
    local mark = read(attribution)
    local s, e, at = frame(doc, mark)
    local parent = parent_of(mark)
    local turn = parent and parent.channel == "interview" and parent.rule == "turn"
    local paragraph = doc:paragraph_of(doc:sentence_of(doc:token_at(mark.start)))
    local note = note_of(notes, mark)
    local date, channel, outlet
    if s then
      date = date_near(doc, dates, mark, s, e, at)
      local outside = doc:sub(s, e)
      for k = #mark.content, 1, -1 do -- the words outside the content
        local a, b = math.max(mark.content[k][1], s) - s, math.min(mark.content[k][2], e) - s
        if b > a then
          outside = outside:sub(1, a) .. " " .. outside:sub(b + 1)
        end
      end
      channel = channel_near(outside:lower())
      outlet = speaker_outlet(mark)
      local to = addressee(doc, mark)
      if to then
        set(out, mark, "addressee", to)
        outlet = outlet or outlet_in(mentions, to[1][1], to[1][2])
      end
      if channel == "interview" or channel == "article" or channel == "editorial" or channel == "website" then
        outlet = outlet or outlet_in(mentions, s, math.min(e, mark.content[1][1] > at and mark.content[1][1] or e))
      end
      local words = doc:sub(s, at):lower()
      if words:find "quot" or words:find "cited" or words:find "citing" or words:find "according to"
        or words:find "reported" or words:find "report" then
        outlet = outlet or outlet_in(mentions, s, at)
      end
      if not outlet and channel == "post" and outside:lower():find "tweet" then
        outlet = "Twitter"
      end
    end
    if note then
      local a, b = note.body[1][1], note.body[1][2]
      outlet = outlet or outlet_in(mentions, mark.finish, b) or outlet_in(mentions, a, mark.start)
      if not date then
        for _, d in ipairs(dates) do
          if d.start >= a and d.finish <= b and #d.value >= 10 and d.type == "DATE"
            and (d.start >= mark.finish or not date) then
            date = d.value:sub(1, 10)
            if d.start >= mark.finish then
              break
            end
          end
        end
      end
    end
    if not date and previous and previous.paragraph == paragraph and previous.date
      and (previous.speaker == mark.speaker and mark.speaker ~= nil and mark.speaker ~= "") then
      date = previous.date
      outlet = outlet or previous.outlet
      channel = channel or previous.channel
    end
    if parent and not turn then
      outlet = outlet or speaker_outlet(parent) or parent.outlet
      date = date or (parent.type ~= "direct" and parent.date or nil)
    elseif turn then
      outlet = outlet or nil
    end
    if not date and not note then -- the note called right behind the content
      for _, n in ipairs(notes) do
        local marker = n.marker
        if marker and marker[1][1] >= mark.finish and marker[1][1] - mark.finish < 6 and n.body then
          for _, d in ipairs(dates) do
            if d.start >= n.body[1][1] and d.finish <= n.body[1][2] and #d.value >= 10 then
              date = d.value:sub(1, 10)
            end
          end
          set(out, mark, "footnote", { n })
        end
      end
    end
    set(out, mark, "date", date)
    set(out, mark, "channel", channel)
    set(out, mark, "outlet", outlet)
    set(out, mark, "via", outlet)
    set(out, mark, "camp", camp_in(doc, mark))
    if mark.type ~= "indirect" then
      set(out, mark, "editor", editors(doc, mark))
    end
    previous = { paragraph = paragraph, date = attribution.date
      or date, speaker = mark.speaker, outlet = outlet, channel = channel }
  end
end

return M
