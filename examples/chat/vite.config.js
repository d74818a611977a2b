import { defineConfig } from "vite";

export default defineConfig({
  // The folder of the build may be served from any path.
  base: "./",
  // The package finds its WebAssembly module and its router beside its own scripts.
  optimizeDeps: { exclude: ["uniroute"] },
  // The AI SDK with three providers, and the pools.
  build: { chunkSizeWarningLimit: 2000 },
  server: { host: "127.0.0.1" },
});
