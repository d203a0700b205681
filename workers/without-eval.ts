import * as z from 'zod'

/**
 * Imported first of all by a worker's entry: the page's policy forbids `eval`, and zod tries it when a schema is made.
 */
z.config({ jitless: true })
