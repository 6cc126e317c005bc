import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/dist/', 'node_modules/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: './test/tsconfig.json' } },
    rules: {
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // A reader names the type of the values that it expects: `stream.objects<Quote>()`.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  {
    // The page has a compiler of its own: it runs in browsers.
    files: ['visualizations/**/*.{ts,tsx}'],
    ignores: ['visualizations/inspect-bridge/src/**'],
    languageOptions: { parserOptions: { project: './visualizations/tsconfig.json' } },
  },
  {
    // Scripts that Node runs as they are. Those of the compiler's files are known to the compiler.
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: { console: 'readonly', fetch: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Chai's assertions are property reads, and a test may assert what its types already promise.
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
