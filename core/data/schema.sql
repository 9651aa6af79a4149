-- SPDX-License-Identifier: MIT
-- The store: one SQLite file, application_id 'Loc1', user_version 1.  The comments stay in the file (sqlite_schema), so that
-- whoever opens it with another tool can read them.  All spans are half-open byte offsets into text.body as UTF-8.

CREATE TABLE text (
  -- Every distinct text once, exactly as decoded: never normalised, never cut.
  id INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32), -- of the bytes of body
  body TEXT NOT NULL
) STRICT;

-- Words of all texts; rowid is text.id.  SELECT rowid FROM text_index WHERE text_index MATCH '"river" "treaty"'
CREATE VIRTUAL TABLE text_index USING fts5(body, content='text', content_rowid='id', tokenize='unicode61 remove_diacritics 2');

CREATE TABLE document (
  -- A document is a record that points to a text: the same wire copy in two outlets is two documents with one text.
  -- The same key with a new text is a new version; the old one stays, with its marks.
  id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 2147483647),
  public TEXT NOT NULL UNIQUE CHECK (length(public) = 12), -- what people see: SHA-256 over key and text hash, 12 hex digits
  key TEXT NOT NULL CHECK (key <> ''),                     -- path, JSONL id or URL it came under
  version INTEGER NOT NULL CHECK (version > 0),            -- 1, 2, … of this key
  current INTEGER NOT NULL CHECK (current IN (0, 1)),      -- 1: the version that analysis, search and reports look at
  text INTEGER NOT NULL REFERENCES text,
  title TEXT NOT NULL,
  outlet TEXT NOT NULL,
  author TEXT NOT NULL,
  date TEXT NOT NULL,                                      -- of publication, ISO 8601 as far as known; '' unknown
  url TEXT NOT NULL,
  language TEXT NOT NULL,                                  -- BCP 47; '' unknown
  metadata TEXT NOT NULL,                                  -- further fields, one JSON object or ''
  origins BLOB NOT NULL,                                   -- the way back to the raw bytes: varints, see data/record.h
  furniture BLOB NOT NULL,                                 -- menus, captions … found by the reader: varints
  UNIQUE (key, version)
) STRICT;

CREATE INDEX document_text ON document (text);

CREATE TABLE plugin (
  -- Who made marks: a plugin in one version; sha256 covers its source, options and data.
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
  UNIQUE (name, version, sha256)
) STRICT;

CREATE TABLE analysis (
  -- One row a document whose marks are complete; without one, or with another signature, they are stale.
  document INTEGER PRIMARY KEY REFERENCES document,
  signature BLOB NOT NULL CHECK (length(signature) = 32), -- over program version, plugins, options, data, targets
  faults TEXT NOT NULL                                    -- what plugins lost on this document, a line each; '' none
) STRICT;

CREATE TABLE mark (
  -- Everything found in a document, in text order: id = document * 4294967296 + number from 0.  fields is a JSON object:
  -- [[start, finish], …] for spans, strings, numbers, [number, …] for other marks of the same document.
  -- DOC.KIND.START-FINISH is a mark's public id.
  id INTEGER PRIMARY KEY,
  document INTEGER NOT NULL AS (id >> 32) REFERENCES document,
  number INTEGER NOT NULL AS (id & 4294967295),
  kind TEXT NOT NULL,
  start INTEGER NOT NULL,
  finish INTEGER NOT NULL,
  score REAL NOT NULL,
  plugin INTEGER NOT NULL REFERENCES plugin,
  rule TEXT NOT NULL,
  fields TEXT NOT NULL
) STRICT;

CREATE TABLE statement (
  -- Marks of kind attribution, spelled out.  Several spans of one field are joined by ' … '.
  id INTEGER PRIMARY KEY REFERENCES mark,
  speaker TEXT NOT NULL,      -- canonical; joint speakers as 'A; B'; '' when nobody is named
  source TEXT NOT NULL,       -- the words of the text that name the speaker
  cue TEXT NOT NULL,
  content TEXT NOT NULL,
  type TEXT NOT NULL,         -- direct, indirect, mixed
  attitude TEXT NOT NULL,     -- speech, belief, intention, denial
  said TEXT NOT NULL,         -- date, from words of the text: 2014-06-14, XXXX-06-12
  channel TEXT NOT NULL,      -- interview, press conference, statement, …
  outlet TEXT NOT NULL,       -- who carried it, as the text says
  via TEXT NOT NULL,          -- whom that outlet quotes
  addressee TEXT NOT NULL,
  role TEXT NOT NULL,
  organization TEXT NOT NULL,
  naming TEXT NOT NULL,       -- name, role, institution, anonymous
  parent INTEGER REFERENCES mark -- the attribution it stands inside
) STRICT;

CREATE INDEX statement_speaker ON statement (speaker);

CREATE TABLE stance (
  -- Marks of kind stance, spelled out.
  id INTEGER PRIMARY KEY REFERENCES mark,
  statement INTEGER NOT NULL REFERENCES mark, -- the attribution
  target TEXT NOT NULL,
  label TEXT NOT NULL,        -- support, oppose, conditional, none
  evidence TEXT NOT NULL,     -- the words that decided it
  condition TEXT NOT NULL
) STRICT;

CREATE INDEX stance_target ON stance (target, label);
CREATE INDEX stance_statement ON stance (statement);

CREATE TABLE entity (
  -- Marks of kind entity, spelled out: somebody or something one document speaks of.
  id INTEGER PRIMARY KEY REFERENCES mark,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  role TEXT NOT NULL,
  organization TEXT NOT NULL
) STRICT;

CREATE INDEX entity_name ON entity (name);

CREATE TABLE mention (
  -- Marks of kind mention, spelled out: the places that refer to an entity.
  id INTEGER PRIMARY KEY REFERENCES mark,
  entity INTEGER REFERENCES mark,
  how TEXT NOT NULL,          -- name, surname, pronoun, nominal, apposition
  words TEXT NOT NULL
) STRICT;

CREATE INDEX mention_entity ON mention (entity);

CREATE TABLE relation (
  -- What holds between two marks, mostly of two documents: same_utterance, denial, contradiction, corroboration, change …
  id INTEGER PRIMARY KEY,
  label TEXT NOT NULL,
  a INTEGER NOT NULL REFERENCES mark,
  b INTEGER NOT NULL REFERENCES mark,
  score REAL NOT NULL,
  evidence TEXT NOT NULL,
  plugin INTEGER NOT NULL REFERENCES plugin,
  rule TEXT NOT NULL,
  UNIQUE (a, b, label)
) STRICT;

CREATE INDEX relation_b ON relation (b);

CREATE TABLE layer (
  -- What every token or sentence has, packed: one blob a document and layer, varints, see data/layer.h.
  id INTEGER PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES document,
  name TEXT NOT NULL,
  packed BLOB NOT NULL,
  UNIQUE (document, name)
) STRICT;

CREATE VIEW statements AS
  -- One row an attribution in a current document.
  SELECT d.public || '.attribution.' || m.start || '-' || m.finish AS id,
    d.public AS document, d.key, d.outlet, d.date AS published, d.title, d.url,
    s.speaker, s.role, s.organization, s.naming, s.source, s.cue, s.content, s.type, s.attitude,
    s.said, s.channel, s.outlet AS carrier, s.via, s.addressee,
    coalesce((SELECT group_concat(one, '; ') FROM (SELECT t.target || ': ' || t.label AS one FROM stance t
      WHERE t.statement = s.id ORDER BY t.target, t.id)), '') AS stances,
    coalesce((SELECT d.public || '.attribution.' || p.start || '-' || p.finish FROM mark p WHERE p.id = s.parent), '') AS parent,
    m.start, m.finish, m.score, g.name AS plugin, g.version AS plugin_version, m.rule
  FROM statement s
  JOIN mark m ON m.id = s.id
  JOIN document d ON d.current = 1 AND d.id = s.id >> 32 AND s.id BETWEEN d.id << 32 AND d.id << 32 | 4294967295
  JOIN plugin g ON g.id = m.plugin;

CREATE VIEW stances AS
  -- One row a stance in a current document, with its statement.
  SELECT d.public || '.stance.' || m.start || '-' || m.finish AS id,
    d.public || '.attribution.' || a.start || '-' || a.finish AS statement,
    d.public AS document, d.key, d.outlet, d.date AS published, s.speaker, s.said, s.content,
    t.target, t.label, t.evidence, t.condition,
    m.start, m.finish, m.score, g.name AS plugin, g.version AS plugin_version, m.rule
  FROM stance t
  JOIN mark m ON m.id = t.id
  JOIN statement s ON s.id = t.statement
  JOIN mark a ON a.id = t.statement
  JOIN document d ON d.current = 1 AND d.id = t.id >> 32 AND t.id BETWEEN d.id << 32 AND d.id << 32 | 4294967295
  JOIN plugin g ON g.id = m.plugin;

CREATE VIEW mentions AS
  -- One row a mention in a current document, with the entity it was resolved to.
  SELECT d.public || '.mention.' || m.start || '-' || m.finish AS id,
    d.public AS document, d.key, d.outlet, d.date AS published, n.words, n.how,
    coalesce(e.name, '') AS name, coalesce(e.type, '') AS type, coalesce(e.role, '') AS role,
    coalesce(e.organization, '') AS organization,
    m.start, m.finish, m.score, g.name AS plugin, g.version AS plugin_version, m.rule
  FROM mention n
  JOIN mark m ON m.id = n.id
  JOIN document d ON d.current = 1 AND d.id = n.id >> 32 AND n.id BETWEEN d.id << 32 AND d.id << 32 | 4294967295
  JOIN plugin g ON g.id = m.plugin
  LEFT JOIN entity e ON e.id = n.entity;

CREATE VIEW relations AS
  -- One row a relation between marks of current documents; speaker and content where they are statements.
  SELECT r.label, r.score, r.evidence,
    da.public || '.' || a.kind || '.' || a.start || '-' || a.finish AS id_a, da.key AS key_a, da.outlet AS outlet_a,
    da.date AS published_a, coalesce(sa.speaker, '') AS speaker_a, coalesce(sa.content, '') AS content_a,
    db.public || '.' || b.kind || '.' || b.start || '-' || b.finish AS id_b, db.key AS key_b, db.outlet AS outlet_b,
    db.date AS published_b, coalesce(sb.speaker, '') AS speaker_b, coalesce(sb.content, '') AS content_b,
    g.name AS plugin, g.version AS plugin_version, r.rule
  FROM relation r
  JOIN mark a ON a.id = r.a
  JOIN mark b ON b.id = r.b
  JOIN document da ON da.id = r.a >> 32 AND da.current = 1
  JOIN document db ON db.id = r.b >> 32 AND db.current = 1
  JOIN plugin g ON g.id = r.plugin
  LEFT JOIN statement sa ON sa.id = r.a
  LEFT JOIN statement sb ON sb.id = r.b;
