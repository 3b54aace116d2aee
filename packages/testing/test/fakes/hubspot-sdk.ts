import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const codegen = join(dirname(require.resolve('@hubspot/api-client')), 'codegen');

/** One method of the installed SDK, as its generated code has it. */
export interface SdkEndpoint {
  readonly verb: string;
  /** With `{name}` for a parameter, without a trailing slash. */
  readonly path: string;
  /** Status to the model of the body; 204 has none. */
  readonly answers: ReadonlyMap<number, string>;
  /** The folder of the models that the names are from. */
  readonly models: string;
}

/** Every method of every generated API class. */
export function sdkEndpoints(): readonly SdkEndpoint[] {
  return folders(codegen, 'apis').flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('Api.js'))
      .flatMap((name) => readApi(readFileSync(join(folder, name), 'utf8'), join(dirname(folder), 'models'))),
  );
}

function folders(root: string, wanted: string): readonly string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => {
      const path = join(root, entry.name);
      return entry.name === wanted ? [path] : folders(path, wanted);
    });
}

function readApi(source: string, models: string): readonly SdkEndpoint[] {
  const methods = [...source.matchAll(/^ {4}(\w+)\([^)]*\) \{\n(.*?)^ {4}\}/gms)];
  const processors = new Map(methods.map(([, name, body]) => [name, body ?? '']));
  return methods.flatMap(([, name, body = '']) => {
    const path = /localVarPath = '([^']+)'/.exec(body)?.[1];
    const verb = /HttpMethod\.(\w+)\)/.exec(body)?.[1];
    if (path === undefined || verb === undefined) return [];
    const answers = new Map<number, string>();
    const processor = processors.get(`${name}WithHttpInfo`) ?? '';
    for (const [, status, rest = ''] of processor.matchAll(/isCodeInRange\)\("(\d+)"(.*?)\n {12}\}/gs)) {
      const model = /, "([^"]+)", ""\)/.exec(rest)?.[1];
      if (status !== '0') answers.set(Number(status), model ?? 'void');
    }
    return [{ verb, path: path.replace(/\/$/, ''), answers, models }];
  });
}

/** The method for a request: where several fit, the one that names more of the path. */
export function findEndpoint(all: readonly SdkEndpoint[], verb: string, path: string): SdkEndpoint | undefined {
  const parts = path.replace(/\/$/, '').split('/');
  const fitting = all.filter((endpoint) => {
    const pattern = endpoint.path.split('/');
    if (endpoint.verb !== verb || pattern.length !== parts.length) return false;
    return pattern.every((piece, index) => piece.startsWith('{') || piece === parts[index]);
  });
  return fitting.toSorted((a, b) => a.path.split('{').length - b.path.split('{').length)[0];
}

/** A model's attribute, by the name that it has on the wire. */
export interface Attribute {
  readonly type: string;
  readonly isRequired: boolean;
}

const loaded = new Map<string, ReadonlyMap<string, string>>();

/** The text of every class and enum that a folder of models declares. */
function declarations(models: string): ReadonlyMap<string, string> {
  const known = loaded.get(models);
  if (known) return known;
  const found = new Map<string, string>();
  for (const name of readdirSync(models).filter((file) => file.endsWith('.d.ts'))) {
    const source = readFileSync(join(models, name), 'utf8');
    for (const [text, , declared = ''] of source.matchAll(/export declare (class|enum) (\w+) \{.*?^\}/gms)) {
      found.set(declared, text);
    }
  }
  loaded.set(models, found);
  return found;
}

/** The attributes of a model: their types from the code that runs, what is required from the types that ship. */
export function attributesOf(models: string, model: string): ReadonlyMap<string, Attribute> | undefined {
  const declared = declarations(models).get(model);
  if (!declared?.startsWith('export declare class')) return undefined;
  const loadedModel = require(join(models, `${model}.js`)) as Record<
    string,
    { getAttributeTypeMap(): readonly { name: string; baseName: string; type: string }[] }
  >;
  const attributes = loadedModel[model]?.getAttributeTypeMap() ?? [];
  return new Map(
    attributes.map(({ name, baseName, type }) => [
      baseName,
      { type, isRequired: declared.includes(`\n    '${name}': `) },
    ]),
  );
}

/** The values of an enum, or undefined where the name is none. */
export function enumOf(models: string, name: string): readonly string[] | undefined {
  const declared = declarations(models).get(name);
  if (!declared?.startsWith('export declare enum')) return undefined;
  return [...declared.matchAll(/= "([^"]*)"/g)].map(([, value = '']) => value);
}
