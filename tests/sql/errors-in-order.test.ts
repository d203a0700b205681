import { expect, it } from 'vitest'
import { forEachEngine } from '../support/database.ts'

forEachEngine(database => {
  it('an error in a parameterised query is answered once: what is asked next gets its own answer', async () => {
    const ask = async (lane: number) => {
      const client = await database().pool.connect()
      try {
        for (let turn = 0; turn < 40; turn++) {
          const expected = `${lane}/${turn}`
          await expect(client.query('select 1 / $1::int', [0])).rejects.toMatchObject({ code: '22012' })
          const { rows } = await client.query('select $1::text as said', [expected])
          expect(rows).toEqual([{ said: expected }])
        }
      } finally {
        client.release()
      }
    }
    await Promise.all([0, 1, 2, 3].map(ask))
  })
})
