import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: pathOf('.'),
  base: './',
  publicDir: false,
  resolve: {
    // The page uses what any team gets, by its public names; from source, so that nothing need be built before.
    alias: [
      { find: 'trpc-rooms/client', replacement: pathOf('../client/index.ts') },
      { find: 'trpc-rooms/react', replacement: pathOf('../client/react/index.ts') },
      { find: 'trpc-rooms/shared', replacement: pathOf('../shared/index.ts') },
      { find: 'zod', replacement: pathOf('./schemas-left-out.ts') },
      { find: /^\.\/(check-kind|strict)\.ts$/, replacement: pathOf('./checks-left-out.ts') },
    ],
  },
  build: {
    outDir: pathOf('../dist/web'),
    emptyOutDir: true,
    // A page under a strict content security policy runs no script that stands in it.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    target: 'es2023',
    reportCompressedSize: false,
    rolldownOptions: {
      treeshake: { moduleSideEffects: (id) => !/\/(client|shared)\/|@trpc/.test(id) },
    },
  },
});
