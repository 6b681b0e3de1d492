import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The workspace. `scripts/build-web.ts` builds it into `dist/web`; `npx vite web` serves it beside a gateway at 8080. */
export default defineConfig({
  root: import.meta.dirname,
  // The page says where it is served from (`<base>`), which may be below a path of a proxy.
  base: './',
  plugins: [react(), tailwind()],
  build: {
    target: 'es2023',
    // The same folder as `index.html`, so that addresses in scripts and styles are those of neighbours.
    assetsDir: 'assets',
    modulePreload: { polyfill: false },
    // Nothing is inlined: the policy of the page takes scripts and pictures from files.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // What every page needs of others' packages is one file: smaller compressed than in parts, and kept by browsers over upgrades.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'base',
              test: /node_modules[\\/](?:react|react-dom|scheduler|@tanstack[\\/](?:react-router|router-core|history|react-store|store|react-query|query-core))[\\/]/,
            },
          ],
        },
      },
    },
    chunkSizeWarningLimit: 1_200,
  },
  server: {
    // Rules that the gateway has as well are imported from its sources.
    fs: { allow: ['..'] },
    proxy: Object.fromEntries(
      ['/api', '/polyphony', '/files', '/openapi.json', '/docs', '/guide', '/s'].map((path) => [
        path,
        process.env.POLYPHONY_URL ?? 'http://127.0.0.1:8080',
      ]),
    ),
  },
})
