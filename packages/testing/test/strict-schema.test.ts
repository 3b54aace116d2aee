import { strictProblems } from '@oncely/testing/conformance/strict-schema';
import { expect, it } from 'vitest';

const closed = (properties: object, required = Object.keys(properties)): object => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

it.each([
  ['a plain closed object', closed({ a: { type: 'string' } }), []],
  ['a null beside a type', closed({ a: { anyOf: [{ type: 'string' }, { type: 'null' }] } }), []],
  ['an open object', { type: 'object', properties: {} }, [': is open to other properties']],
  ['what may be left out', closed({ a: { type: 'string' } }, []), ['/a: is not required']],
  [
    'a date by a keyword of its own',
    closed({ a: { type: 'string', minLength: 1 } }),
    ['/a/minLength: is not supported'],
  ],
  ['an unknown format', closed({ a: { type: 'string', format: 'uri' } }), ['/a: format uri']],
  ['what can be anything', closed({ a: {} }), ['/a: has no type']],
  [
    'a record',
    closed({ a: { type: 'object', propertyNames: {}, additionalProperties: {} } }),
    ['/a/propertyNames: is not supported', '/a: is open to other properties'],
  ],
  [
    'a fault within a list',
    closed({ a: { type: 'array', items: { type: 'object' } } }),
    ['/a/items: is open to other properties'],
  ],
])('knows %s', (_what, schema, problems) => {
  expect(strictProblems(schema)).toEqual(problems);
});

it('refuses a union at the root', () => {
  expect(strictProblems({ anyOf: [closed({})] })).toContain('the root is no plain object');
});
