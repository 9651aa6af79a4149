-- SPDX-License-Identifier: MIT
--- Expressions of time with their TIMEX3 type and value (ISO-TimeML: DATE, TIME, DURATION, SET), relative ones
--- counted from
--- the document's date.  Without a document date the unknown parts stay X: XXXX-06-12.
local calendar = require "locutor.calendar"
local g = require "locutor.grammar"

local M = {
  api = 1,
  version = "1.0",
  summary = "Dates, times, durations and sets with values",
  needs = {},
  makes = { "date" },
  examples = {
    { "They met on June 14, 2014 in Vesta.", makes = "date", text = "June 14, 2014", value = "2014-06-14" },
    { "It lasted three days.", makes = "date", text = "three days", value = "P3D", type = "DURATION" },
    { "They march and may act.", makes = "date", none = true },
  },
}

g.use { "number", "capitalised", "comma", "lower", "sentence_start" }

local words = g.rules {
  g.tokens { name = "word", anchor = "date_word", sentence = "any", pattern = g.cap("word", g.class "date_word") },
  g.tokens { name = "number", anchor = "number", sentence = "any", pattern = g.cap("number", g.class "number") },
}

local function word(doc, i)
  return i >= 0 and i < doc.n_tokens and doc:folded(i) or ""
end

local function day_number(w)
  local n = tonumber(w:match "^(%d%d?)%a?%a?$")
  return n and n >= 1 and n <= 31 and n or nil
end

local function year_number(w)
  local n = tonumber(w:match "^(%d%d%d%d)$")
  return n and n >= 1500 and n <= 2100 and n or nil
end

--- A month name at i, with day and year around it: first, last, value.
local function month_date(doc, i, today)
  local month = calendar.month[word(doc, i)]
  if not month then
    return nil
  end
  local first, last, day, year = i, i + 1, nil, nil
  local after = word(doc, i + 1)
  if day_number(after) and not year_number(after) then
    day, last = day_number(after), i + 2
    if word(doc, last) == "," and year_number(word(doc, last + 1)) then
      year, last = year_number(word(doc, last + 1)), last + 2
    elseif year_number(word(doc, last)) then
      year, last = year_number(word(doc, last)), last + 1
    end
  else
    if word(doc, i - 1) == "of" and day_number(word(doc, i - 2)) then
      day, first = day_number(word(doc, i - 2)), i - 2
    elseif day_number(word(doc, i - 1)) then
      day, first = day_number(word(doc, i - 1)), i - 1
    end
    if first < i and word(doc, first - 1) == "the" then
      first = first - 1
    end
    if word(doc, last) == "," and year_number(word(doc, last + 1)) then
      last = last + 1
    elseif word(doc, last) == "of" and year_number(word(doc, last + 1)) then
      last = last + 1
    end
    if year_number(word(doc, last)) then
      year, last = year_number(word(doc, last)), last + 1
    elseif last > i + 1 then
      last = i + 1
    end
  end
  local name = word(doc, i)
  if not day and not year and (name == "may" or name == "march" or name == "mar.") then
    local p = word(doc, i - 1)
    if not (p == "in" or p == "last" or p == "since" or p == "until" or p == "early" or p == "late" or p == "of"
      or p == "by" or p == "next") then
      return nil
    end
  end
  local before = word(doc, first - 1)
  if before == "early" or before == "late" or before == "mid" then
    first = first - 1
  end
  return first, last, calendar.date_value(year, month, day, today, before)
end

local function weekday_date(doc, i, today)
  local day = calendar.weekday[word(doc, i)]
  if not day then
    return nil
  end
  local first, last = i, i + 1
  if word(doc, last) == "," and calendar.month[word(doc, last + 1)] then
    local _, stop, value = month_date(doc, last + 1, today)
    if stop and day_number(word(doc, last + 2)) then
      return first, stop, value
    end
  end
  local before = word(doc, i - 1)
  if before == "last" or before == "next" or before == "this" or before == "early" or before == "late" then
    first = i - 1
  end
  if before ~= "last" and before ~= "next" then -- “will travel on Tuesday”
    local lo = doc:sentence(doc:sentence_of(i))
    for k = math.max(lo, i - 9), i - 1 do
      if calendar.ahead[word(doc, k)] then
        before = "this"
      end
    end
  end
  local value = calendar.weekday_value(day, today, before)
  return first, calendar.part[word(doc, last)] and last + 1 or last, value
end

local function amount(w)
  return tonumber((w:gsub(",", ""))) or calendar.number[w]
end

--- A unit of time at i with what is in front of and behind it.
local function unit_date(doc, i, today)
  local w = word(doc, i)
  local unit = calendar.unit[w]
  if not unit then
    return nil
  end
  local before = word(doc, i - 1)
  local n, first = amount(before), i - 1
  if before == "-" and amount(word(doc, i - 2)) then
    n, first = amount(word(doc, i - 2)), i - 2
  elseif before == "few" or before == "several" or before == "couple" or before == "many" then
    n = "X"
    if word(doc, i - 2) == "a" or word(doc, i - 2) == "past" then
      first = i - 2
    end
  elseif before == "of" and word(doc, i - 2) == "couple" then
    n, first = "2", i - 3
  end
  if (before == "a" or before == "an" or before == "one") and not w:find "s$" then
    n = 1
  end
  local after = word(doc, i + 1)
  if n then
    if n == "X" or type(n) == "string" or w:find "s$" or n == 1 or word(doc, i - 1) == "-" then
      if after == "ago" or after == "earlier" or after == "later" or after == "before" then
        if after == "ago" or after == "earlier" then
          return first, i + 2, calendar.shift(today, unit, -(tonumber(n) or 0), n == "X"), "DATE"
        end
        return nil
      end
      if (before == "a" or before == "an") and after ~= "ago" then
        return nil
      end
      local p = word(doc, first - 1)
      if p == "last" or p == "past" or p == "next" then
        first = first - 1
      end
      if after == "-" and (word(doc, i + 2) == "old" or word(doc, i + 2) == "long") then
        return word(doc, i + 2) == "long" and first or nil, i + 3, calendar.duration(n, unit), "DURATION"
      end
      return first, i + 1, calendar.duration(n, unit), "DURATION"
    end
  end
  if before == "every" or before == "each" then
    return i - 1, i + 1, calendar.duration(1, unit), "SET"
  elseif before == "last" or before == "this" or before == "next" or before == "past" or before == "previous"
    or before == "coming" or before == "current" then
    if w:find "s$" then
      return nil
    end
    local f = i - 1
    local p = word(doc, f - 1)
    if p == "earlier" or p == "later" or p == "late" or p == "early" then
      f = f - 1
    elseif p == "the" and (before == "past" or before == "last") then
      return f, i + 1, calendar.duration(1, unit), "DURATION"
    end
    local value = calendar.relative(before, unit, today)
    if value then
      return f, i + 1, value, "DATE"
    end
  end
end

local function season_date(doc, i, today)
  local season = calendar.season[word(doc, i)]
  local before = word(doc, i - 1)
  if season and (before == "last" or before == "this" or before == "next") then
    local year = calendar.relative(before, "Y", today)
    return year and i - 1, i + 1, year and year .. "-" .. season, "DATE"
  end
end

local function clock(doc, i, today)
  local h, m = word(doc, i):match "^(%d%d?):?(%d*)$"
  local half = word(doc, i + 1)
  if h and (half == "a.m." or half == "p.m." or half == "am" or half == "pm") and tonumber(h) <= 12 then
    local hour = tonumber(h) % 12 + (half:sub(1, 1) == "p" and 12 or 0)
    local value = string.format("%sT%02d:%s", calendar.print(today), hour, m ~= "" and m or "00")
    local day = calendar.weekday[word(doc, i + 2)]
    if day then
      return i, i + 3, (value:gsub("^[^T]*", calendar.weekday_value(day, today, ""))), "TIME"
    end
    return i, i + 2, value, "TIME"
  end
end

local function year_date(doc, i)
  local w = word(doc, i)
  local decade = w:match "^(%d%d%d)0s$"
  if decade then
    return i, i + 1, decade .. "X"
  end
  local year = year_number(w)
  if not year or year < 1700 then
    return nil
  end
  local before, after = word(doc, i - 1), word(doc, i + 1)
  if before == "$" or before == "no." or before == "#" or before == "page" or calendar.unit[after] or after == "%"
    or (doc:is(i + 1 < doc.n_tokens and i + 1 or i, "lower") and after:find "s$" and after ~= "as"
      and after ~= "was" and after ~= "is" and after ~= "has")
        and not (before == "in" or before == "since" or before == "the") then
    return nil
  end
  return i, i + 1, tostring(year)
end

function M.annotate(doc, out)
  local today = calendar.read(doc.date)
  local done = 0
  for rule, c in words:each(doc) do
    local i = (c.word or c.number)[1]
    if i >= done then
      local first, last, value, type
      if rule.name == "number" then
        first, last, value, type = clock(doc, i, today)
        if not first and not calendar.month[word(doc, i + 1)] then
          first, last, value = year_date(doc, i)
        end
      else
        first, last, value, type = month_date(doc, i, today)
        if not first then
          first, last, value, type = weekday_date(doc, i, today)
        end
        if not first then
          first, last, value, type = unit_date(doc, i, today)
        end
        if not first then
          first, last, value, type = season_date(doc, i, today)
        end
        if not first then
          first, last, value, type = calendar.word(word(doc, i), i, today)
        end
      end
      if first and value and first >= done then
        local s, e = doc:span(first, last)
        out:add("date", s, e, { type = type or (value:find "T" and not value:find "^P" and "TIME")
          or "DATE", value = value })
        done = last
      end
    end
  end
end

return M
