import { decodeForm } from './form.ts';

/**
 * Parameters with those of the path's query, where the SDK puts what a DELETE is given, and where a raw request may put
 * anything. What is said in both is given twice, so that a limit or a rule meets either.
 */
export function withQuery(
  path: string,
  parameters: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const at = path.indexOf('?');
  if (at === -1) return parameters;
  const said = Object.entries(decodeForm(path.slice(at + 1).split('#')[0] ?? ''));
  return {
    ...parameters,
    ...Object.fromEntries(
      said.map(([name, value]) => [name, Object.hasOwn(parameters, name) ? [value, parameters[name]] : value]),
    ),
  };
}
