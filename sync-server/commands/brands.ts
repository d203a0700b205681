import type { Command } from 'commander'
import { z } from 'zod'
import { brandConfusion, brandsToReview, decideBrand } from '../brands/review.ts'
import { type CommonOptions, readArgument, runCommand, withCommonOptions } from './command-session.ts'

interface ReviewOptions extends CommonOptions {
  readonly limit: string
}

const limitArgument = z.coerce.number().int().min(1).max(100_000)

/** `scout brand …`. */
export function addBrandCommands(program: Command): void {
  const brands = program.command('brand').description('what brand a spelling means')
  withCommonOptions(brands.command('review'))
    .description(
      'spellings that no brand is known for, those of most lines first, with the brands that come closest',
    )
    .option('--limit <number>', 'how many', '50')
    .action((options: ReviewOptions) =>
      runCommand(
        options,
        async ({ database, tenant }) =>
          brandsToReview(database.pool, await tenant(), readArgument(limitArgument, options.limit, 'limit')),
        waiting =>
          waiting.length === 0
            ? ['Every spelling has its brand.']
            : waiting.map(({ spelling, lines, how, candidates }) =>
                [spelling, `${lines} lines`, how, candidates.join(', ') || '-'].join('\t'),
              ),
      ),
    )
  withCommonOptions(brands.command('accept'))
    .description('say what brand a spelling means')
    .argument('<spelling>', 'as it is written; case, accents and punctuation do not matter')
    .argument('<brand>', 'of the dictionary')
    .action((spelling: string, brand: string, options: CommonOptions) => decide(options, spelling, brand))
  withCommonOptions(brands.command('reject'))
    .description('say that a spelling is no brand')
    .argument('<spelling>', 'as it is written; case, accents and punctuation do not matter')
    .action((spelling: string, options: CommonOptions) => decide(options, spelling, null))
  withCommonOptions(brands.command('confusion'))
    .description(
      'known brands against what the names of their products are matched to, those that disagree first',
    )
    .action((options: CommonOptions) =>
      runCommand(
        options,
        async ({ database, tenant }) => brandConfusion(database.pool, await tenant()),
        rows =>
          rows.map(({ known_brand, matched_brand, lines, example }) =>
            [known_brand, matched_brand, `${lines} lines`, example].join('\t'),
          ),
      ),
    )
}

function decide(options: CommonOptions, spelling: string, brand: string | null): Promise<void> {
  return runCommand(
    options,
    async ({ database, tenant }) => {
      const days = await decideBrand(
        database.pool,
        await tenant(),
        { spelling, brand },
        { kind: 'system' },
        new Date(),
      )
      return { spelling, brand, days }
    },
    ({ days }) => [
      brand === null ? `"${spelling}" is no brand.` : `"${spelling}" is ${brand}.`,
      days === 0
        ? 'No refined sale changes.'
        : `${days} days are refined anew by the next \`scout transform\`.`,
    ],
  )
}
