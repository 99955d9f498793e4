import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Writes each file that compresses well a second and a third time, so that none is compressed as it is asked for. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const [fileName, output] of Object.entries(bundle)) {
          if (!/\.(js|css|html|svg)$/.test(fileName)) continue;
          const source = Buffer.from(output.type === 'chunk' ? output.code : output.source);
          this.emitFile({
            type: 'asset',
            fileName: `${fileName}.br`,
            source: brotliCompressSync(source),
          });
          this.emitFile({
            type: 'asset',
            fileName: `${fileName}.gz`,
            source: gzipSync(source, { level: 9 }),
          });
        }
      },
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), compressed()],
  build: {
    outDir: '../dist/dashboard',
    emptyOutDir: true,
    // The licences of what is built in ask to go along.
    license: { fileName: 'licences.md' },
    // What is written into the document would be against the policy that it is served with.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The dashboard, and the portal for customers: two documents that share what both need.
    rolldownOptions: {
      // How long each plugin took is nothing that whoever installs could mend.
      checks: { pluginTimings: false },
      input: {
        index: `${import.meta.dirname}/index.html`,
        portal: `${import.meta.dirname}/portal.html`,
      },
    },
  },
});
