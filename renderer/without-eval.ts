import { z } from 'zod'

/** Imported first of all: the content security policy forbids code made from text, and zod tries it when a schema is made. */
z.config({ jitless: true })
