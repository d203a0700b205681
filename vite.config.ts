import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'

/** Builds the application into `dist/renderer`: what the sync server and Electron's main serve, byte for byte the same. */
export default defineConfig({
  root: 'renderer',
  base: '/',
  publicDir: 'public',
  plugins: [
    react(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: '.',
      filename: 'service-worker.ts',
      injectRegister: false,
      manifest: false,
      injectManifest: {
        globPatterns: ['**/*.{html,js,mjs,css,woff2,wasm,svg}'],
        maximumFileSizeToCacheInBytes: 24 << 20,
      },
    }),
  ],
  build: { outDir: '../dist/renderer', emptyOutDir: true, target: 'esnext', chunkSizeWarningLimit: 2_000 },
  worker: { format: 'es' },
  server: { port: 5173, strictPort: true, proxy: { '/v1': 'http://127.0.0.1:8787' } },
})
