import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// A plain object, so that the page needs no node_modules of its own.
export default {
  root: here("."),
  base: "./",
  publicDir: false,
  cacheDir: here("../target/vite"),
  resolve: {
    alias: [
      { find: /^keywicket$/, replacement: here("../pkg/dist/browser.js") },
      { find: /^keywicket\/service-worker$/, replacement: here("../pkg/dist/service-worker/index.js") },
    ],
  },
  optimizeDeps: { noDiscovery: true },
  server: {
    host: "127.0.0.1",
    strictPort: false,
    fs: { allow: [here("."), here("../pkg")] },
  },
  preview: { host: "127.0.0.1", strictPort: false },
  build: {
    outDir: here("../target/www"),
    emptyOutDir: true,
    assetsInlineLimit: 0, // the module stays a file, which the page's security policy lets it load
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: here("./index.html"), "service-worker": here("./service-worker.js") },
      // A worker's scope is the folder of its file, and the browser knows it by its address.
      output: { entryFileNames: ({ name }) => (name === "service-worker" ? "[name].js" : "assets/[name]-[hash].js") },
    },
  },
};
