import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { defineConfig } from 'vite'

const outDir = join(import.meta.dirname, '../dist/main')
const external = ['electron', ...builtinModules, ...builtinModules.map(name => `node:${name}`)]

/** Main is an ES module; a sandboxed preload must be one CommonJS file. */
export default defineConfig({
  root: import.meta.dirname,
  logLevel: 'warn',
  publicDir: false,
  build: { target: 'node24', sourcemap: true, minify: false },
  environments: {
    main: {
      consumer: 'server',
      resolve: { noExternal: true },
      build: {
        outDir,
        emptyOutDir: true,
        rollupOptions: { input: 'main.ts', external, output: { format: 'es', entryFileNames: 'main.js' } },
      },
    },
    preload: {
      consumer: 'server',
      resolve: { noExternal: true },
      build: {
        outDir,
        emptyOutDir: false,
        rollupOptions: {
          input: 'preload/preload.ts',
          external,
          output: { format: 'cjs', entryFileNames: 'preload.cjs' },
        },
      },
    },
  },
  builder: {
    buildApp: async builder => {
      for (const name of ['main', 'preload']) {
        const environment = builder.environments[name]
        if (environment === undefined) throw new Error(`vite.config.ts defines no environment ${name}`)
        await builder.build(environment)
      }
    },
  },
})
