import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Builds of the end-to-end suite at the same time.
    maxConcurrency: 2,
    projects: [
      // The code under test keeps no state between calls, so the files of a worker share its modules: a third of the time.
      { test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/e2e/**'], testTimeout: 20_000, isolate: false, maxWorkers: Math.max(2, availableParallelism() - 1) } },
      { test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 1_500_000, hookTimeout: 600_000, fileParallelism: false } },
    ],
  },
});
