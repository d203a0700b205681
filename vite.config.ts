import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const PUBLIC = join(import.meta.dirname, 'renderer/public')
const WORKER = 'service-worker.js'

/** Builds the application into `dist/renderer`: what the sync server and Electron's main serve, byte for byte the same. */
export default defineConfig({
  root: 'renderer',
  base: '/',
  publicDir: PUBLIC,
  plugins: [react(), precacheList()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'esnext',
    chunkSizeWarningLimit: 2_000,
    rollupOptions: {
      input: { index: 'renderer/index.html', 'service-worker': 'renderer/service-worker.ts' },
      output: {
        entryFileNames: ({ name }) => (name === 'service-worker' ? WORKER : 'assets/[name]-[hash].js'),
      },
    },
  },
  worker: { format: 'es' },
  server: { port: 5173, strictPort: true, proxy: { '/v1': 'http://127.0.0.1:4180' } },
})

/** Writes into the service worker what it keeps: each file of the application, with a revision where its name has no hash. */
function precacheList(): Plugin {
  const revision = (content: string | Uint8Array) =>
    createHash('sha256').update(content).digest('hex').slice(0, 16)
  return {
    name: 'scout:precache-list',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const worker = bundle[WORKER]
        if (worker?.type !== 'chunk' || !worker.code.includes('self.__WB_MANIFEST')) {
          throw new Error(`${WORKER} takes no precache list`)
        }
        const built = Object.values(bundle)
          .filter(file => file !== worker && !file.fileName.endsWith('.map'))
          .map(file => ({
            url: `/${file.fileName}`,
            revision: file.fileName.startsWith('assets/')
              ? null
              : revision(file.type === 'chunk' ? file.code : file.source),
          }))
        const fixed = readdirSync(PUBLIC).map(name => ({
          url: `/${name}`,
          revision: revision(readFileSync(join(PUBLIC, name))),
        }))
        worker.code = worker.code.replace('self.__WB_MANIFEST', JSON.stringify([...built, ...fixed]))
      },
    },
  }
}
