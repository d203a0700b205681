import { createHash } from 'node:crypto'
import type { FeatureCollection, MultiPolygon, Position } from 'geojson'
import { describe, expect, it } from 'vitest'
import { packInfo } from '../../app/domain/geography.ts'
import { boundaryFiles } from '../../sync-server/reference/boundary-files.ts'
import { loadPack } from '../../sync-server/reference/load-pack.ts'
import { openPack, packDirectory, packInfoOf } from '../../sync-server/reference/pack-files.ts'
import { forEachEngine } from '../support/database.ts'

const pack = openPack(packDirectory('ph'))

describe('the geography pack in the database', () => {
  forEachEngine(database => {
    const query = async (sql: string) => (await database().pool.query(sql)).rows

    it('holds every place and both details of every boundary, all valid', async () => {
      expect(
        await query(
          'select level_id, count(*) as places from scout.geo_place group by level, level_id order by level',
        ),
      ).toEqual([
        { level_id: 'region', places: 18 },
        { level_id: 'province', places: 88 },
        { level_id: 'city', places: 1642 },
      ])
      expect(
        await query(`
          select detail, count(*) as shapes, bool_and(public.st_isvalid(geom)) as valid
          from scout.geo_boundary group by detail order by detail`),
      ).toEqual([
        { detail: 'low', shapes: 1748, valid: true },
        { detail: 'medium', shapes: 1748, valid: true },
      ])
    })

    it('keeps codes as text with their zeros, and the census whole', async () => {
      const rows = await query(`
        select sum(population) as people, bool_and(code ~ '^[0-9]{10}$') as codes
        from scout.geo_place where level = 3`)
      expect(rows).toEqual([{ people: 109_033_245, codes: true }])
    })

    it('puts the highly urbanised cities into a province by geography, and into none by law', async () => {
      const rows = await query(`
        select count(*) as cities from scout.geo_place
        where city_class = 'HUC' and province_code is not null and legal_province_code is null`)
      expect(rows).toEqual([{ cities: 33 }])
    })

    it('shows the geography tables of the reference system', async () => {
      const rows = await query(`
        select
          (select count(*) from scout.dim_geo_region) as regions,
          (select count(*) from scout.dim_geo_province) as provinces,
          (select count(*) from scout.dim_geo_citymun) as cities,
          (select count(*) from scout.geo_adm1_region) as region_shapes,
          (select count(*) from scout.geo_adm3_citymun_gen) as general_shapes`)
      expect(rows).toEqual([
        { regions: 18, provinces: 88, cities: 1642, region_shapes: 18, general_shapes: 1642 },
      ])
    })

    it('is not loaded twice', async () => {
      expect(await loadPack(database().pool, pack)).toBe(false)
    })

    it('is loaded in place when its content is another', async () => {
      expect(await loadPack(database().pool, { ...pack, sha256: 'another' })).toBe(true)
      expect(await query('select count(*) as places from scout.geo_place')).toEqual([{ places: 1748 }])
    })
  })
})

describe('the published boundaries', () => {
  const files = [...boundaryFiles(pack)]
  const parse = (bytes: Uint8Array): FeatureCollection<MultiPolygon> =>
    JSON.parse(new TextDecoder().decode(bytes))

  it('are one file a level and detail, every place in each', () => {
    expect(files.map(({ level, detail, features }) => [level, detail, features])).toEqual([
      ['region', 'low', 18],
      ['region', 'medium', 18],
      ['province', 'low', 88],
      ['province', 'medium', 88],
      ['city', 'low', 1642],
      ['city', 'medium', 1642],
    ])
  })

  it('name a feature by its position among the codes of its level', () => {
    for (const file of files) {
      const { features } = parse(file.bytes)
      const codes = features.map(({ properties }) => String(properties?.code))
      expect(features.map(({ id }) => id)).toEqual(features.map((_, i) => i))
      expect(codes).toEqual([...codes].sort())
    }
  })

  it('are closed rings of four points and more, rounded as their detail says', () => {
    for (const { detail, bytes } of files.filter(({ level }) => level !== 'city')) {
      const decimals = detail === 'low' ? 4 : 5
      for (const { geometry } of parse(bytes).features) {
        const rings: Position[][] = geometry.coordinates.flat()
        expect(rings.every(ring => ring.length >= 4 && String(ring[0]) === String(ring.at(-1)))).toBe(true)
        expect(rings.flat(2).every(value => value === Number(value.toFixed(decimals)))).toBe(true)
      }
    }
  })

  it('are the same bytes each time', () => {
    const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
    expect([...boundaryFiles(pack)].map(({ bytes }) => hash(bytes))).toEqual(
      files.map(({ bytes }) => hash(bytes)),
    )
  })

  it('travel with what the pack says of its country', () => {
    expect(packInfo.parse(packInfoOf(pack))).toMatchObject({
      pack: 'ph',
      timeZone: 'Asia/Manila',
      populationYear: 2020,
    })
  })
})
