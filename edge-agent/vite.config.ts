import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { defineConfig } from 'vite'

/** One file that needs Node 24 and nothing else: what a Pi gets. */
export default defineConfig({
  root: import.meta.dirname,
  logLevel: 'warn',
  publicDir: false,
  ssr: { noExternal: true },
  build: {
    ssr: 'cli.ts',
    target: 'node24',
    minify: false,
    outDir: join(import.meta.dirname, '../dist/edge-agent'),
    emptyOutDir: true,
    rollupOptions: {
      external: [...builtinModules, ...builtinModules.map(name => `node:${name}`)],
      output: { format: 'es', entryFileNames: 'edge-agent.mjs', codeSplitting: false },
    },
  },
})
