/**
 * INVARIANTS
 * - `waiting.seq` is `autoincrement`: a number once given is never given again in this file, even after its row is gone.
 * - A row leaves `waiting` because the server answered for it, and then in the transaction that records why; or because a full outbox
 *   gave it up under `drop-oldest`, and then in the transaction that counts it.
 * - The counters in `outbox` change in the transaction that changes what they count: nobody has to count a million rows.
 * - `progress` of a file changes in the transaction that stores the sales it speaks of.
 */
export const SCHEMA_VERSION = 2

const COUNTERS = [
  'waiting',
  'waiting_bytes',
  'rejected',
  'rejected_bytes',
  // Rejections that made room for newer ones.
  'forgotten',
  // Sales given up because the outbox was full.
  'dropped',
] as const

/** Of a sale: null and null where the clock was not measured in that boot; else how far the device clock was ahead of the server's. */
const CLOCK_COLUMNS = ['offset_ms integer', 'boot integer', 'monotonic_ms integer'] as const

const BOOTS = `
-- grain: a boot of this machine in which a sale was stored
create table boot (
  boot            integer primary key autoincrement,
  boot_id         text not null unique,
  -- Server time minus the monotonic clock of that boot, ms; null before the server was heard.
  server_ahead_ms real
) strict;
`

export const SCHEMA = `
create table outbox (
  only_row      integer primary key check (only_row = 1),
  boot_epoch    integer not null check (boot_epoch > 0),
  ${COUNTERS.map(name => `${name} integer not null default 0`).join(',\n  ')},
  dropped_since text
) strict;

-- grain: a sale that the server has not answered for yet
create table waiting (
  seq         integer primary key autoincrement,
  contract    text not null,
  recorded_at text not null,
  sale        text not null,
  ${CLOCK_COLUMNS.join(',\n  ')}
) strict;
${BOOTS}
-- grain: something that will not be sent (again), with its bytes as they came
create table rejected (
  id          integer primary key autoincrement,
  rejected_at text not null,
  source      text not null,
  boot_epoch  integer,
  seq         integer,
  line        integer,
  contract    text,
  code        text not null,
  message     text not null,
  raw         blob not null
) strict;

-- grain: a file of the watched folder, named relative to it
create table progress (
  path        text primary key,
  read_to     integer not null,
  line        integer not null,
  fingerprint text not null,
  done_at     text
) strict, without rowid;

-- grain: a damaged outbox whose sales were carried over up to a number
create table salvaged (
  path text primary key,
  upto integer not null
) strict, without rowid;

pragma user_version = ${SCHEMA_VERSION};
`

/** What every sale is counted with besides its text: its other columns, and its share of a page. */
export const ROW_BYTES = 64

/** From version 1, whose rows were counted by counting them. */
export const UPGRADE_FROM_1 = `
${COUNTERS.map(name => `alter table outbox add column ${name} integer not null default 0;`).join('\n')}
alter table outbox add column dropped_since text;
${CLOCK_COLUMNS.map(column => `alter table waiting add column ${column};`).join('\n')}
${BOOTS}
create table salvaged (path text primary key, upto integer not null) strict, without rowid;
update outbox set
  (waiting, waiting_bytes) = (select count(*), coalesce(sum(octet_length(sale) + ${ROW_BYTES}), 0) from waiting),
  (rejected, rejected_bytes) = (select count(*), coalesce(sum(octet_length(raw) + ${ROW_BYTES}), 0) from rejected);
pragma user_version = ${SCHEMA_VERSION};
`
