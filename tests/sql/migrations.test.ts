import { describe, expect, it } from 'vitest'
import { migrate, readMigrations } from '../../sync-server/database/migrate.ts'
import { prepareDatabase } from '../../sync-server/database/open.ts'
import { createPool } from '../../sync-server/database/pool.ts'
import { withSystem, withTenant } from '../../sync-server/database/tenant.ts'
import { runMedallion } from '../../sync-server/medallion/runner.ts'
import { engineMissing, forEachEngine } from '../support/database.ts'
import { startPostgres } from '../support/postgres.ts'
import { newTenant } from './bronze.ts'

describe('migrations', () => {
  forEachEngine(database => {
    it('have each a number of their own and are recorded with their hash', async () => {
      const { rows } = await database().pool.query(
        'select name, sha256 from scout.schema_migrations order by name',
      )
      expect(rows).toEqual(readMigrations().map(({ name, sha256 }) => ({ name, sha256 })))
      expect(new Set(rows.map(row => row.name.slice(0, 4))).size).toBe(rows.length)
    })

    it('run once: again, and by two servers at once, nothing happens', async () => {
      expect(await migrate(database().pool)).toEqual([])
      expect(await Promise.all([migrate(database().pool), migrate(database().pool)])).toEqual([[], []])
    })

    it('are refused when one that ran reads differently now', async () => {
      const { pool } = database()
      const spoil = (sha256: string) =>
        pool.query(`update scout.schema_migrations set sha256 = $1 where name = '0005_bronze'`, [sha256])
      await spoil('another')
      try {
        await expect(migrate(pool)).rejects.toMatchObject({
          code: 'migration_changed',
          details: { migrations: ['0005_bronze'] },
        })
      } finally {
        await spoil(readMigrations().find(({ name }) => name === '0005_bronze')?.sha256 ?? '')
      }
    })
  })

  const missing = engineMissing('postgres')
  it.skipIf(missing !== undefined)(
    `work for an owner who is no superuser, where PostGIS is installed${missing === undefined ? '' : ` (skipped: ${missing})`}`,
    async () => {
      const cluster = startPostgres()
      const admin = createPool(cluster.url('postgres'), { max: 1 })
      await admin.query('create role shop login createrole')
      await admin.query('create database shop owner shop')
      const extension = createPool(cluster.url('shop'), { max: 1 })
      await extension.query('create extension postgis')
      await Promise.all([admin.end(), extension.end()])
      const pool = createPool(cluster.url('shop').replace('//scout@', '//shop@'))
      try {
        await prepareDatabase(pool)
        const tenantId = await newTenant(pool, 'shop')
        await runMedallion({ pool, tenantId, days: 'all' })
        const seen = await withTenant(pool, tenantId, tx => tx.query('select tenant_id from scout.tenant'))
        expect(seen.rows).toEqual([{ tenant_id: 'shop' }])
        // The owner himself is behind the wall, too: only the named roles see rows.
        expect((await pool.query('select 1 from scout.tenant')).rows).toEqual([])
        expect(
          (await withSystem(pool, tx => tx.query('select tenant_id from scout.tenant'))).rows,
        ).toHaveLength(1)
      } finally {
        await pool.end()
        cluster.stop()
      }
    },
  )
})
