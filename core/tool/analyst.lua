-- SPDX-License-Identifier: MIT
-- `require "locutor"`: the store for scripts and the interactive session, on top of the functions in core.
-- Every call raises a one-line message when it fails; only look-ups return nil.
local core = ...

local locutor = { version = core.version }

-- Raises at the line of the script that called, however deep in here it was noticed.
local function fail(message, ...)
  local level = 2
  while debug.getinfo(level, "S") and debug.getinfo(level, "S").source == "=locutor" do level = level + 1 end
  error(message:format(...), level)
end

---------------------------------------------------------------- rows

--- Where a statement stands: outlet, date, title, document and bytes.
local function cite(row)
  local parts = {}
  for _, field in ipairs { "outlet", "published" } do
    if row[field] and row[field] ~= "" then parts[#parts + 1] = row[field] end
  end
  if row.title and row.title ~= "" then parts[#parts + 1] = "“" .. row.title .. "”" end
  parts[#parts + 1] = ("%s, bytes %d-%d"):format(row.key, row.start, row.finish)
  return table.concat(parts, ", ")
end

local Speaker = { __tostring = function(self) return self.name end, __name = "speaker" }

local Statement = { __columns = { "date", "speaker", "content", "stance", "outlet" } }
Statement.__index = { cite = cite }

local function statement(row)
  row.date = row.said ~= "" and row.said or row.published
  row.speaker = setmetatable({ name = row.speaker, role = row.role, organization = row.organization }, Speaker)
  row.stance = row.label or row.stances
  return setmetatable(row, Statement)
end

local function row_type(columns)
  return { __columns = columns, __index = { cite = cite } }
end

local Document = row_type { "date", "outlet", "title", "key", "id" }
local Relation = row_type { "label", "score", "speaker_a", "content_a", "outlet_a", "speaker_b", "content_b", "outlet_b" }
local Entity = row_type { "name", "type", "role", "organization", "documents", "mentions" }

---------------------------------------------------------------- queries

--- Rows of a SELECT, fetched one by one: `for row in query do`, or query:all(), query:first(), query:count().
local Query = {}
Query.__index = Query
Query.__name = "query"

local function query(store, sql, parameters, shape)
  return setmetatable({ store = store, sql = sql, parameters = parameters, shape = shape }, Query)
end

function Query:__call()
  self.rows = self.rows or self.store.handle:rows(self.sql, self.parameters)
  local row = self.rows()
  if not row then
    self:close()
    return nil
  end
  return self.shape and self.shape(row) or row
end

function Query:all()
  local all = {}
  for row in query(self.store, self.sql, self.parameters, self.shape) do all[#all + 1] = row end
  return all
end

function Query:first()
  local one <close> = query(self.store, self.sql, self.parameters, self.shape)
  return one()
end

function Query:count()
  return query(self.store, "SELECT count(*) AS n FROM (" .. self.sql .. ")", self.parameters):first().n
end

function Query:close()
  if self.rows then self.rows:close() end
  self.rows = nil
end

Query.__close = Query.close
Query.__show = Query.all

---------------------------------------------------------------- filters

-- Each filter is a condition; :NAME stands for its value.
local statement_filters = {
  speaker = "s.speaker LIKE '%' || :speaker || '%'",
  document = "(s.document = :document OR s.key = :document)",
  outlet = "s.outlet LIKE '%' || :outlet || '%'",
  type = "s.type = :type",
  attitude = "s.attitude = :attitude",
  channel = "s.channel = :channel",
  via = "s.via LIKE '%' || :via || '%'",
  from = "coalesce(nullif(s.said, ''), s.published) >= :from",
  to = "coalesce(nullif(s.said, ''), s.published) <= :to",
  contains = "s.content LIKE '%' || :contains || '%'",
  target = "t.target = :target",
  stance = "t.label = :stance",
}
local statement_orders = {
  date = "coalesce(nullif(s.said, ''), s.published), s.document, s.start",
  speaker = "s.speaker, coalesce(nullif(s.said, ''), s.published), s.document, s.start",
  document = "s.published, s.document, s.start",
  score = "s.score DESC, s.document, s.start",
}
local document_filters = {
  outlet = "outlet LIKE '%' || :outlet || '%'", key = "key LIKE '%' || :key || '%'", title = "title LIKE '%' || :title || '%'",
  from = "date >= :from", to = "date <= :to", language = "language = :language",
}
local relation_filters = {
  label = "label = :label", speaker = "(speaker_a LIKE '%' || :speaker || '%' OR speaker_b LIKE '%' || :speaker || '%')",
}
local entity_filters = { name = "name LIKE '%' || :name || '%'", type = "type = :type" }

local function names(of)
  local all = {}
  for name in pairs(of) do all[#all + 1] = name end
  table.sort(all)
  return table.concat(all, ", ")
end

--- Conditions and parameters of a filter table; an unknown name or value is an error that lists the known ones.
local function conditions(what, filter, known)
  local where, parameters = {}, {}
  for name, value in pairs(filter or {}) do
    if name ~= "order" and name ~= "limit" then
      if not known[name] then
        fail("%s has no filter '%s'; there are %s, order, limit", what, tostring(name), names(known))
      end
      if type(value) ~= "string" and type(value) ~= "number" then
        fail("%s: the filter '%s' takes a text, not a %s", what, name, type(value))
      end
      where[#where + 1] = known[name]
      parameters[name] = value
    end
  end
  table.sort(where)
  return #where > 0 and " WHERE " .. table.concat(where, " AND ") or "", parameters
end

local function select(store, what, sql, filter, known, orders, default, shape)
  local where, parameters = conditions(what, filter, known)
  local order = orders[filter and filter.order or default]
  if not order then
    fail("%s has no order '%s'; there are %s", what, tostring(filter.order), names(orders))
  end
  local limit = ""
  if filter and filter.limit then limit = " LIMIT " .. math.tointeger(filter.limit) end
  return query(store, sql .. where .. " ORDER BY " .. order .. limit, parameters, shape)
end

local function shaped(type_of_row)
  return function(row) return setmetatable(row, type_of_row) end
end

---------------------------------------------------------------- the store

local Store = { __name = "store" }
Store.__index = Store

--- Opens a store; made when missing unless mode is "read".  mode: "create" (default), "write", "read".
function locutor.open(path, mode)
  return setmetatable({ handle = core.open(path, mode or "create"), path = path }, Store)
end

function Store:close() self.handle:close() end

Store.__close = Store.close

function Store:__tostring() return "store " .. self.path end

--- Statements: who said what.  Filters: speaker, document, outlet, type, attitude, channel, via, from, to, contains, and
--- with stances target, stance; order = "date" (default), "speaker", "document", "score"; limit.
--- Rows: date, speaker {name, role, organization}, content, cue, source, type, attitude, channel, via, said, published,
--- outlet, title, key, document, start, finish, plugin, rule, stance (with target: stance, evidence, condition); row:cite().
function Store:statements(filter)
  local with_stance = filter and (filter.target or filter.stance)
  local sql = "SELECT s.*" .. (with_stance and ", t.target, t.label, t.evidence, t.condition" or "") .. " FROM statements s"
  if with_stance then sql = sql .. " JOIN stances t ON t.statement = s.id" end
  return select(self, "statements", sql, filter, statement_filters, statement_orders, "date", statement)
end

--- Current documents: id, key, version, title, outlet, author, date, url, language.
function Store:documents(filter)
  local sql = "SELECT * FROM (SELECT public AS id, key, version, title, outlet, author, date, url, language"
    .. " FROM document WHERE current = 1)"
  local orders = { date = "date, id", key = "key, id", outlet = "outlet, date, id" }
  return select(self, "documents", sql, filter, document_filters, orders, "date", shaped(Document))
end

--- What holds between statements of several documents: label, score, evidence, and for each side id, key, outlet,
--- published, speaker, content.  Filters: label, speaker.
function Store:relations(filter)
  local orders = { label = "label, published_a, id_a, id_b", score = "score DESC, id_a, id_b" }
  return select(self, "relations", "SELECT * FROM relations", filter, relation_filters, orders, "label", shaped(Relation))
end

--- Persons, organisations, places, outlets over all documents, by name.
function Store:entities(filter)
  local sql = "SELECT * FROM (SELECT name, type, max(role) AS role, max(organization) AS organization,"
    .. " count(DISTINCT document) AS documents, count(*) AS mentions FROM mentions WHERE name <> '' GROUP BY name, type)"
  local orders = { mentions = "mentions DESC, name", name = "name", documents = "documents DESC, name" }
  return select(self, "entities", sql, filter, entity_filters, orders, "mentions", shaped(Entity))
end

--- Rows of one SELECT over the tables and views of the store; parameters as :name or ?1.
function Store:query(sql, parameters) return query(self, sql, parameters) end

--- One document by id or key with its text, or nil.
function Store:document(id)
  local found = self.handle:find(id)
  return found and setmetatable(found, Document)
end

--- Full text, best first: "phrases", beginnings*, -without.  Rows are documents with passages {start, finish, text}.
function Store:search(words, limit)
  local hits, search = {}, self.handle:search(words, limit or 20)
  for hit in search do
    hit.passage = hit.passages[1] and hit.passages[1].text or ""
    hits[#hits + 1] = setmetatable(hit, row_type { "date", "outlet", "title", "passage", "matches", "key" })
  end
  return hits
end

--- Adds files, directories or JSONL; a path or a table of paths.  Returns counts {added, versions, updated, same, failed, skipped}.
function Store:ingest(paths) return core.ingest(self.path, type(paths) == "table" and paths or { paths }) end

--- Runs the plugins on what is new or changed.  options: targets, config (files), plugins (directories), workers, fast.
function Store:analyze(options) return core.analyze(self.path, options or {}) end

--- A report by name as text, or written to options.output.  options: format, output, plugins.
function Store:report(name, options) return core.report(self.path, name, options or {}) end

---------------------------------------------------------------- helpers

--- Writes rows (a table of tables or a query) as a table: columns = {…}, format = "table", "csv", "md", …
function locutor.print(rows, columns, format)
  if getmetatable(rows) == Query then rows = rows:all() end
  if not columns then
    local of = rows[1] and getmetatable(rows[1])
    columns = of and of.__columns or fail "say which columns to print"
  end
  io.write(core.table(rows, columns, format or "table"))
end

local help = [[
local locutor = require "locutor"     a session has `locutor`, and `store` when it was started with one
store:statements { speaker = "…", target = "…", stance = "oppose", order = "date" }
store:documents {}   store:entities {}   store:relations { label = "denial" }
store:search "words \"a phrase\""        store:document "KEY or ID"
store:query "SELECT … FROM statements"   views: statements, stances, mentions, relations
store:ingest "press/"   store:analyze { targets = "targets.lua" }   store:report "statements"
for s in store:statements {} do print(s.date, s.speaker.name, s.content, s:cite()) end
locutor.print(rows, { "date", "speaker", "content" }, "csv")
quit or Ctrl-D ends; Ctrl-C stops what is running.
]]

--- What there is.
function locutor.help() io.write(help) end

return locutor
