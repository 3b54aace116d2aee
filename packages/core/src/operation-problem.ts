import type { Operation } from './adapter.ts';

/** What a typing error in a declaration would make unsafe. */
export function operationProblem(operation: Operation): string | undefined {
  // Names go to terminals, logs and links as they are.
  if (!/^[A-Za-z][\w.:/-]{0,300}$/.test(operation.name) || !/^\w+\../.test(operation.name))
    return 'the name must read vendor.resource.verb, of letters, digits and . _ : / - only';
  if (!(operation.landingBoundMs >= 0 && Number.isFinite(operation.landingBoundMs)))
    return 'landingBoundMs must be a number of milliseconds';
  if (operation.safety.kind === 'keyed' && !(operation.safety.windowMs > 0)) return 'safety.windowMs must be above 0';
  const { findsBy } = operation;
  if (findsBy !== undefined && findsBy !== 'marker' && findsBy !== 'content')
    return "findsBy must be 'marker' or 'content'";
  const both = operation.material?.find((path) => operation.wording?.includes(path));
  return both === undefined ? undefined : `${both} is declared both material and wording`;
}
