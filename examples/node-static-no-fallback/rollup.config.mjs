import resolve from '@rollup/plugin-node-resolve';

export default {
  input: 'src/tables.js',
  output: { file: 'dist/js/tables.js', format: 'iife', name: 'tables' },
  plugins: [resolve()],
};
