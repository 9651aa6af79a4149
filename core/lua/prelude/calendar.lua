-- SPDX-License-Identifier: MIT
--- Calendar words and arithmetic for TIMEX3 values (ISO 8601; weeks as ISO weeks).  A day is {y =, m =, d =} or nil:
--- unknown.
local M = {}

local function index(words)
  local t, n = {}, 0
  for group in words:gmatch "%S+" do
    n = n + 1
    for w in group:gmatch "[^/]+" do
      t[w] = n
    end
  end
  return t
end

M.month = index [[
  january/jan. february/feb. march/mar. april/apr. may june/jun. july/jul. august/aug. september/sep./sept.
  october/oct. november/nov. december/dec.
]]
M.weekday = index "monday tuesday wednesday thursday friday saturday sunday"
M.number = index [[
  one/a/an two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
  seventeen eighteen nineteen twenty
]]
M.number.thirty, M.number.forty, M.number.fifty, M.number.sixty, M.number.hundred = 30, 40, 50, 60, 100
M.part = { morning = "TMO", afternoon = "TAF", evening = "TEV", night = "TNI" }
M.ahead = { will = true, ["'ll"] = true, ["’ll"] = true, ["until"] = true, scheduled = true, expected = true,
  upcoming = true, coming = true, planned = true, soon = true, begins = true }
M.season = { spring = "SP", summer = "SU", fall = "FA", autumn = "FA", winter = "WI" }
M.unit = {}
for name, unit in pairs { second = "TS", minute = "TM", hour = "TH", day = "D", week = "W", month = "M", year = "Y",
  decade = "10Y", century = "100Y" } do
  M.unit[name] = unit
  M.unit[name .. "s"] = unit
end
M.unit.centuries = "100Y"

--- Days since 1970-01-01 and back (proleptic Gregorian calendar).
local function to_days(y, m, d)
  y = m <= 2 and y - 1 or y
  local era = y // 400
  local yoe = y - era * 400
  local doy = (153 * (m + (m > 2 and -3 or 9)) + 2) // 5 + d - 1
  return era * 146097 + yoe * 365 + yoe // 4 - yoe // 100 + doy - 719468
end

local function of_days(n)
  n = n + 719468
  local era = n // 146097
  local doe = n - era * 146097
  local yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
  local doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
  local mp = (5 * doy + 2) // 153
  local m = mp + (mp < 10 and 3 or -9)
  return { y = yoe + era * 400 + (m <= 2 and 1 or 0), m = m, d = doy - (153 * mp + 2) // 5 + 1 }
end

--- "2014-06-20…" to a day; nil when the text is no full date.
function M.read(s)
  local y, m, d = (s or ""):match "^(%d%d%d%d)-(%d%d)-(%d%d)"
  if y and tonumber(m) >= 1 and tonumber(m) <= 12 then
    return { y = tonumber(y), m = tonumber(m), d = tonumber(d) }
  end
end

function M.print(day)
  return day and string.format("%04d-%02d-%02d", day.y, day.m, day.d) or "XXXX-XX-XX"
end

function M.add_days(day, n)
  return day and of_days(to_days(day.y, day.m, day.d) + n)
end

local function weekday_of(day)
  return (to_days(day.y, day.m, day.d) + 3) % 7 + 1
end

local function iso_week(day)
  local thursday = M.add_days(day, 4 - weekday_of(day))
  local n = (to_days(thursday.y, thursday.m, thursday.d) - to_days(thursday.y, 1, 1)) // 7 + 1
  return string.format("%04d-W%02d", thursday.y, n)
end

--- A month with or without day and year; an unknown year is the one nearest to today.
function M.date_value(year, month, day, today, before)
  if not year and today then
    year = today.y
    local away = (month - today.m)
    if before == "next" or before == "this" and away >= 0 then
      year = away < 0 and year + 1 or year
    elseif before == "last" then
      year = away >= 0 and year - 1 or year
    elseif away > 3 then
      year = year - 1
    elseif away < -10 then
      year = year + 1
    end
  end
  local y = year and string.format("%04d", year) or "XXXX"
  return day and string.format("%s-%02d-%02d", y, month, day) or string.format("%s-%02d", y, month)
end

--- A weekday: the last one up to today, after "next" or "this" the coming one.
function M.weekday_value(day, today, before)
  if not today then
    return "XXXX-WXX-" .. day
  end
  local back = (weekday_of(today) - day) % 7
  if before == "next" then
    return M.print(M.add_days(today, back == 0 and 7 or 7 - back))
  elseif before == "this" then
    return M.print(M.add_days(today, back == 0 and 0 or 7 - back))
  elseif before == "last" and back == 0 then
    back = 7
  end
  return M.print(M.add_days(today, -back))
end

function M.duration(n, unit)
  n = tostring(n):gsub("%.0$", "")
  local scale, letter = unit:match "^(%d*)(%a+)$"
  if scale ~= "" and tonumber(n) then
    n = tostring(math.tointeger(tonumber(n) * tonumber(scale)) or n)
  end
  if letter:sub(1, 1) == "T" then
    return "PT" .. n .. letter:sub(2)
  end
  return "P" .. n .. letter
end

--- today and n units; vague amounts give PAST_REF or FUTURE_REF.
function M.shift(today, unit, n, vague)
  if vague or not today then
    return n <= 0 and "PAST_REF" or "FUTURE_REF"
  end
  local scale, letter = unit:match "^(%d*)(%a+)$"
  n = n * (tonumber(scale) or 1)
  if letter == "D" then
    return M.print(M.add_days(today, math.floor(n)))
  elseif letter == "W" then
    return iso_week(M.add_days(today, math.floor(7 * n)))
  elseif letter == "M" then
    local months = today.y * 12 + today.m - 1 + math.floor(n)
    return string.format("%04d-%02d", months // 12, months % 12 + 1)
  elseif letter == "Y" then
    return string.format("%04d", math.floor(today.y + n))
  end
  return M.print(today)
end

--- "last week", "this month", "next year".
function M.relative(which, unit, today)
  if unit:sub(1, 1) == "T" then
    return nil
  end
  local n = (which == "last" or which == "previous" or which == "past") and -1
    or (which == "next" or which == "coming") and 1 or 0
  if not today then
    return n < 0 and "PAST_REF" or n > 0 and "FUTURE_REF" or "PRESENT_REF"
  end
  return M.shift(today, unit, n)
end

--- Single words: first token, end, value, type.
function M.word(w, i, today)
  if w == "today" or w == "tonight" then
    return i, i + 1, M.print(today) .. (w == "tonight" and "TNI" or ""), w == "tonight" and "TIME" or "DATE"
  elseif w == "yesterday" or w == "tomorrow" then
    return i, i + 1, today and M.print(M.add_days(today, w == "yesterday" and -1 or 1)) or "XXXX-XX-XX", "DATE"
  elseif w == "now" or w == "currently" then
    return i, i + 1, "PRESENT_REF", "DATE"
  elseif w == "recently" then
    return i, i + 1, "PAST_REF", "DATE"
  elseif w == "future" then
    return i, i + 1, "FUTURE_REF", "DATE"
  elseif w == "daily" then
    return i, i + 1, "P1D", "SET"
  elseif w == "weekly" then
    return i, i + 1, "P1W", "SET"
  elseif w == "monthly" then
    return i, i + 1, "P1M", "SET"
  elseif w == "annually" then
    return i, i + 1, "P1Y", "SET"
  end
end

return M
