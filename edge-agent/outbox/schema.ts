/**
 * INVARIANTS
 * - `waiting.seq` is `autoincrement`: a number once given is never given again in this file, even after its row is gone.
 * - A row leaves `waiting` only because the server answered for it, and then in the transaction that records why.
 * - `progress` of a file changes in the transaction that stores the sales it speaks of.
 */
export const SCHEMA_VERSION = 1

export const SCHEMA = `
create table outbox (
  only_row   integer primary key check (only_row = 1),
  boot_epoch integer not null check (boot_epoch > 0)
) strict;

-- grain: a sale that the server has not answered for yet
create table waiting (
  seq         integer primary key autoincrement,
  contract    text not null,
  recorded_at text not null,
  sale        text not null
) strict;

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

pragma user_version = ${SCHEMA_VERSION};
`
