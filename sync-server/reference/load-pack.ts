import type { LongWork } from '../../app/contracts/long-work.ts'
import { ScoutError } from '../../app/errors.ts'
import type { Pool, Transaction } from '../database/pool.ts'
import { withSystem } from '../database/tenant.ts'
import { readBoundaries, roundedGeometry } from './boundaries.ts'
import { writeCalendar } from './calendar.ts'
import { DETAILS, field, invalid, type PackFiles, readRows } from './pack-files.ts'
import { type PackPlace, readPlaces } from './places.ts'
import { levelNumber, placeSpellings, RANKS } from './spellings.ts'

export type PackStage = 'places' | 'boundaries' | 'spellings' | 'vocabularies'

/** Shapes a statement carries: a few hundred kilobytes of text, so that the embedded engine's wire copies little. */
const SHAPES_A_STATEMENT = 50
/** About 10 cm: far below what the boundaries themselves are worth. */
const STORED_DECIMALS = 6

/**
 * Loads a pack into the reference tables in one transaction, or leaves them as they are when that very pack is loaded already. A newer
 * vintage updates places in place, because stores refer to them; a place that is gone while a store still refers to it stops the load.
 *
 * @returns whether anything was loaded.
 * @throws ScoutError `reference_invalid` when the pack contradicts itself or takes a code of another pack, `cancelled`.
 */
export async function loadPack(
  pool: Pool,
  pack: PackFiles,
  work: LongWork<PackStage> = {},
): Promise<boolean> {
  return withSystem(pool, async tx => {
    await tx.query(`select pg_advisory_xact_lock(hashtext('scout.geo_pack'))`)
    const { rows } = await tx.query('select content_sha256 from scout.geo_pack where pack_id = $1', [
      pack.manifest.pack,
    ])
    if (rows[0]?.content_sha256 === pack.sha256) return false
    const places = readPlaces(pack)
    const stage = (name: PackStage, done: number, total: number) => {
      if (work.signal?.aborted) throw new ScoutError('cancelled')
      work.onProgress?.({ stage: name, done, total })
    }
    await writePack(tx, pack)
    stage('places', 0, places.length)
    await writePlaces(tx, pack, places)
    await writeBoundaries(tx, pack, (done, total) => stage('boundaries', done, total))
    stage('spellings', 0, 1)
    await writeSpellings(tx, pack, places)
    stage('vocabularies', 0, 1)
    await writeVocabularies(tx, pack)
    await writeCalendar(tx, pack)
    return true
  })
}

async function writePack(tx: Transaction, { manifest, sha256 }: PackFiles): Promise<void> {
  await tx.query(
    `insert into scout.geo_pack (
       pack_id, title, vintage, locale, currency_code, currency_symbol, time_zone, population_year, attribution, bounds, content_sha256)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (pack_id) do update set
       title = excluded.title, vintage = excluded.vintage, locale = excluded.locale, currency_code = excluded.currency_code,
       currency_symbol = excluded.currency_symbol, time_zone = excluded.time_zone, population_year = excluded.population_year,
       attribution = excluded.attribution, bounds = excluded.bounds, content_sha256 = excluded.content_sha256`,
    [
      manifest.pack,
      manifest.title,
      manifest.vintage,
      manifest.locale,
      manifest.currency.code,
      manifest.currency.symbol,
      manifest.timeZone,
      manifest.populationYear,
      manifest.attribution,
      manifest.bounds,
      sha256,
    ],
  )
  for (const table of ['geo_level', 'geo_rewrite', 'pack_spelling', 'pack_term', 'pack_time_of_day']) {
    await tx.query(`delete from scout.${table} where pack_id = $1`, [manifest.pack])
  }
  await tx.query(
    `insert into scout.geo_level (pack_id, level, level_id, one, many)
     select $1, ord, level_id, one, many
     from unnest($2::text[], $3::text[], $4::text[]) with ordinality as l (level_id, one, many, ord)`,
    [
      manifest.pack,
      manifest.levels.map(level => level.level),
      manifest.levels.map(level => level.one),
      manifest.levels.map(level => level.many),
    ],
  )
}

async function writePlaces(tx: Transaction, pack: PackFiles, places: readonly PackPlace[]): Promise<void> {
  const { rows: foreign } = await tx.query(
    'select code from scout.geo_place where pack_id <> $1 and code = any($2::text[]) limit 5',
    [pack.manifest.pack, places.map(place => place.code)],
  )
  if (foreign.length > 0) {
    throw invalid(
      pack.manifest.places.file,
      `another pack has the codes ${foreign.map(row => row.code).join(', ')}`,
    )
  }
  // Arrays of arrays must be rectangular in Postgres, so lists travel as JSON.
  await tx.query(
    `with incoming as materialized (
       select p.*
       from jsonb_to_recordset($2::jsonb) as p (
         code text, level smallint, "levelId" text, ordinal integer, name text, aliases text[], "oldNames" text[],
         "aliasCodes" text[], parent text, region text, province text, "legalProvince" text, "isCity" boolean,
         "cityClass" text, "isCapital" boolean, "incomeClass" text, population integer, "areaSqkm" numeric,
         "islandGroup" text, lon double precision, lat double precision)
     ),
     gone as (
       delete from scout.geo_place where pack_id = $1 and code not in (select code from incoming)
     )
     insert into scout.geo_place (
       code, pack_id, level, level_id, ordinal, name, aliases, old_names, alias_codes, parent_code, region_code,
       province_code, legal_province_code, is_city, city_class, is_capital, income_class, population, population_year,
       area_sqkm, island_group, lon, lat)
     select
       code, $1, level, "levelId", ordinal, name, aliases, "oldNames", "aliasCodes", parent, region, province,
       "legalProvince", "isCity", "cityClass", "isCapital", "incomeClass", population, $3::integer, "areaSqkm",
       "islandGroup", lon, lat
     from incoming
     order by level, code
     on conflict (code) do update set
       level = excluded.level, level_id = excluded.level_id, ordinal = excluded.ordinal, name = excluded.name,
       aliases = excluded.aliases, old_names = excluded.old_names, alias_codes = excluded.alias_codes,
       parent_code = excluded.parent_code, region_code = excluded.region_code, province_code = excluded.province_code,
       legal_province_code = excluded.legal_province_code, is_city = excluded.is_city, city_class = excluded.city_class,
       is_capital = excluded.is_capital, income_class = excluded.income_class, population = excluded.population,
       population_year = excluded.population_year, area_sqkm = excluded.area_sqkm, island_group = excluded.island_group,
       lon = excluded.lon, lat = excluded.lat`,
    [pack.manifest.pack, JSON.stringify(places), pack.manifest.populationYear],
  )
}

async function writeBoundaries(
  tx: Transaction,
  pack: PackFiles,
  report: (done: number, total: number) => void,
): Promise<void> {
  await tx.query(
    'delete from scout.geo_boundary where code in (select code from scout.geo_place where pack_id = $1)',
    [pack.manifest.pack],
  )
  const files = pack.manifest.levels.flatMap((level, i) =>
    DETAILS.map(detail => ({ level, number: i + 1, detail })),
  )
  for (const [done, { level, number, detail }] of files.entries()) {
    report(done, files.length)
    const shapes = readBoundaries(pack, level, detail)
    for (let at = 0; at < shapes.length; at += SHAPES_A_STATEMENT) {
      const some = shapes.slice(at, at + SHAPES_A_STATEMENT)
      await tx.query(
        `insert into scout.geo_boundary (code, detail, level, geom)
         select s.code, $1, $2, case
           when public.st_isvalid(s.geom) then public.st_multi(s.geom)
           -- A few simplified rings touch themselves.
           else public.st_multi(public.st_collectionextract(public.st_makevalid(s.geom), 3))
         end
         from (
           select code, public.st_setsrid(public.st_geomfromgeojson(shape), 4326) as geom
           from unnest($3::text[], $4::text[]) as g (code, shape)
         ) s`,
        [
          detail,
          number,
          some.map(shape => shape.code),
          some.map(shape => JSON.stringify(roundedGeometry(shape.geometry, STORED_DECIMALS))),
        ],
      )
    }
  }
}

async function writeSpellings(tx: Transaction, pack: PackFiles, places: readonly PackPlace[]): Promise<void> {
  const rewriteFile = pack.manifest.rewrites
  const rewrites = readRows(pack, rewriteFile)
  await tx.query(
    `insert into scout.geo_rewrite (pack_id, level, position, pattern, replacement)
     select $1, level, ord, pattern, replacement
     from unnest($2::smallint[], $3::text[], $4::text[]) with ordinality as r (level, pattern, replacement, ord)`,
    [
      pack.manifest.pack,
      rewrites.map(row => levelNumber(pack, field(row, 'level', rewriteFile), rewriteFile)),
      rewrites.map(row => field(row, 'pattern', rewriteFile)),
      rewrites.map(row => field(row, 'replacement', rewriteFile)),
    ],
  )
  await tx.query(
    'delete from scout.geo_spelling where code in (select code from scout.geo_place where pack_id = $1)',
    [pack.manifest.pack],
  )
  const spellings = [...placeSpellings(pack, places)]
  for (const number of pack.manifest.levels.keys()) {
    const some = spellings.filter(({ level }) => level === number + 1)
    await tx.query(
      `insert into scout.geo_spelling (level, key, code, how, rank)
       select distinct on (k.key, s.code) $1::smallint, k.key, s.code, s.how, s.rank
       from unnest($2::text[], $3::text[], $4::text[], $5::smallint[]) with ordinality as s (spelling, code, how, rank, ord)
       join scout.place_keys($2::text[], $1::integer) k on k.ord = s.ord
       where k.key <> ''
       order by k.key, s.code, s.rank`,
      [
        number + 1,
        some.map(({ spelling }) => spelling),
        some.map(({ code }) => code),
        some.map(({ how }) => how),
        some.map(({ how }) => RANKS[how]),
      ],
    )
  }
  const formerFile = pack.manifest.formerRegions
  const former = readRows(pack, formerFile)
  await tx.query(
    'delete from scout.geo_former_region where place_code in (select code from scout.geo_place where pack_id = $1)',
    [pack.manifest.pack],
  )
  await tx.query(
    `insert into scout.geo_former_region (place_code, region_code, until_year)
     select code, region, until_year from unnest($1::text[], $2::text[], $3::integer[]) as f (code, region, until_year)`,
    [
      former.map(row => field(row, 'code', formerFile)),
      former.map(row => field(row, 'region', formerFile)),
      former.map(row => Number(field(row, 'until_year', formerFile))),
    ],
  )
}

async function writeVocabularies(tx: Transaction, pack: PackFiles): Promise<void> {
  const { terms: termsFile, termSpellings: spellingsFile, timesOfDay: hoursFile } = pack.manifest
  const terms = readRows(pack, termsFile)
  await tx.query(
    `insert into scout.pack_term (pack_id, kind, code, label, position)
     select $1, kind, code, label, ord from unnest($2::text[], $3::text[], $4::text[]) with ordinality as t (kind, code, label, ord)`,
    [
      pack.manifest.pack,
      terms.map(row => field(row, 'kind', termsFile)),
      terms.map(row => field(row, 'code', termsFile)),
      terms.map(row => field(row, 'label', termsFile)),
    ],
  )
  const spellings = readRows(pack, spellingsFile)
  // A term is also found by its own code and label.
  await tx.query(
    `insert into scout.pack_spelling (pack_id, kind, key, code)
     select distinct $1, s.kind, scout.fold(s.spelling), s.code
     from (
       select kind, spelling, code from unnest($2::text[], $3::text[], $4::text[]) as s (kind, spelling, code)
       union all select kind, code, code from scout.pack_term where pack_id = $1
       union all select kind, label, code from scout.pack_term where pack_id = $1
     ) s`,
    [
      pack.manifest.pack,
      spellings.map(row => field(row, 'kind', spellingsFile)),
      spellings.map(row => field(row, 'spelling', spellingsFile)),
      spellings.map(row => field(row, 'code', spellingsFile)),
    ],
  )
  const hours = readRows(pack, hoursFile)
  await tx.query(
    `insert into scout.pack_time_of_day (pack_id, hour, time_of_day)
     select $1, hour, time_of_day
     from unnest($2::text[], $3::integer[], $4::integer[]) as b (time_of_day, from_hour, to_hour)
     cross join generate_series(b.from_hour, b.to_hour - 1) as hour`,
    [
      pack.manifest.pack,
      hours.map(row => field(row, 'time_of_day', hoursFile)),
      hours.map(row => Number(field(row, 'from_hour', hoursFile))),
      hours.map(row => Number(field(row, 'to_hour', hoursFile))),
    ],
  )
}
