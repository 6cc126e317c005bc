import { defineConfig } from 'vite';
import { thirdPartyNotices } from '../.ci/third-party-notices.mjs';
import { ownPlacementsPlugin } from './src/panes/statechart/own-placements-plugin.js';

const notices = thirdPartyNotices('third-party-notices.txt');
/** Workers are bundles of their own, whose packages stand in the same file. */
const noticed = { name: notices.name, moduleParsed: notices.moduleParsed };

/**
 * Builds the page into `dist/page` of the project. Every URL in it is relative, and nothing is fetched from elsewhere, so
 * that any folder and any path can serve it.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2_000,
  },
  plugins: [ownPlacementsPlugin(), notices],
  worker: { format: 'es', plugins: () => [noticed] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
