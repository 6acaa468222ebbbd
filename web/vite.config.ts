import { defineConfig } from "vite";

// `npm run dev` serves the page and passes the API on to a running service.
const service = process.env.XUNGE_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  base: "./",
  build: {
    target: "es2022",
    // MapLibre alone is about 1 MB; it is the page.
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      output: {
        // The map worker keeps its own name; `.js` is what every server maps to a script type.
        assetFileNames: (asset) =>
          asset.names[0]?.endsWith(".mjs")
            ? "assets/[name]-[hash].js"
            : "assets/[name]-[hash][extname]",
      },
    },
  },
  // Host stays as the browser sent it: the service compares it with the origin of a write.
  server: {
    proxy: {
      "/api": { target: service, changeOrigin: false },
      "/ogc": { target: service, changeOrigin: false },
      "/route": { target: service, changeOrigin: false },
    },
  },
});
