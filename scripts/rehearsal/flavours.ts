import { stripTypeScriptTypes } from 'node:module';

/** One way in which a project may be written; each is a folder within a project, which shares its `node_modules`. */
export interface Flavour {
  readonly name: 'nodenext' | 'bundler' | 'esm' | 'cjs';
  /** What the folder holds, given the example of a README. */
  files(example: string): Readonly<Record<string, string>>;
  /** The file that is run, once it is compiled where that is needed. */
  readonly runs: string;
  readonly compiled: boolean;
}

const manifest = (type: 'module' | 'commonjs'): string => JSON.stringify({ private: true, type });

/** All checks on, those of the libraries' own declarations too. */
const tsconfig = (module: 'nodenext' | 'esnext', moduleResolution: 'nodenext' | 'bundler'): string =>
  JSON.stringify({
    compilerOptions: {
      module,
      moduleResolution,
      target: 'es2023',
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      outDir: 'dist',
      rootDir: '.',
    },
    files: ['example.ts'],
  });

function typescript(name: 'nodenext' | 'bundler', module: 'nodenext' | 'esnext'): Flavour {
  return {
    name,
    files: (example) => ({
      'package.json': manifest('module'),
      'tsconfig.json': tsconfig(module, name),
      'example.ts': example,
    }),
    runs: 'dist/example.js',
    compiled: true,
  };
}

export const flavours: readonly Flavour[] = [
  typescript('nodenext', 'nodenext'),
  typescript('bundler', 'esnext'),
  {
    name: 'esm',
    files: (example) => ({ 'package.json': manifest('module'), 'example.js': stripTypeScriptTypes(example) }),
    runs: 'example.js',
    compiled: false,
  },
  {
    name: 'cjs',
    files: (example) => ({ 'package.json': manifest('commonjs'), 'example.js': asCommonJs(example) }),
    runs: 'example.js',
    compiled: false,
  },
];

/** The same program for `require`, which in Node 22.13 and newer takes ES modules too. */
export function asCommonJs(example: string): string {
  const requires: string[] = [];
  const body = stripTypeScriptTypes(example)
    .replaceAll(/^import (?<names>[^;]+?) from (?<from>'[^']+');$/gms, (_whole, names: string, from: string) => {
      requires.push(...requiresOf(names, from));
      return '';
    })
    .replaceAll(/^export (?=const|async|function)/gm, '');
  return `${requires.join('\n')}\n(async () => {\n${body}\n})();\n`;
}

function requiresOf(names: string, from: string): readonly string[] {
  const [, plain, braces] = /^(?<plain>\w+)?(?:, )?(?<braces>\{.*\})?$/s.exec(names.trim()) ?? [];
  return [
    ...(plain ? [`const ${plain} = require(${from}).default ?? require(${from});`] : []),
    ...(braces ? [`const ${braces.replaceAll(' as ', ': ')} = require(${from});`] : []),
  ];
}
