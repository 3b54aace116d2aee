import { accountRoutes } from './hubspot-account.ts';
import { fileRoutes } from './hubspot-files.ts';
import { folderRoutes } from './hubspot-folders.ts';
import { importRoutes } from './hubspot-imports.ts';
import { listRoutes } from './hubspot-lists.ts';
import { pipelineRoutes } from './hubspot-pipelines.ts';
import { schemaRoutes } from './hubspot-schemas.ts';
import { sendRoutes } from './hubspot-sends.ts';
import { associationV3Routes } from './hubspot-associations-v3.ts';
import { associationRoutes } from './hubspot-associations.ts';
import { batchRoutes } from './hubspot-batches.ts';
import { objectRoutes } from './hubspot-objects.ts';
import type { HubSpotRoute } from './hubspot-portal.ts';
import { propertyGroupRoutes } from './hubspot-property-groups.ts';
import { propertyRoutes } from './hubspot-properties.ts';
import { searchRoutes } from './hubspot-search.ts';

/** Every endpoint that the fake serves. */
export const hubspotRoutes: readonly HubSpotRoute[] = [
  ...objectRoutes,
  ...batchRoutes,
  ...searchRoutes,
  ...associationRoutes,
  ...associationV3Routes,
  ...propertyRoutes,
  ...propertyGroupRoutes,
  ...listRoutes,
  ...pipelineRoutes,
  ...fileRoutes,
  ...folderRoutes,
  ...importRoutes,
  ...sendRoutes,
  ...schemaRoutes,
  ...accountRoutes,
];

export interface FoundRoute {
  readonly route: HubSpotRoute;
  readonly params: Readonly<Record<string, string>>;
}

/** The endpoint for a request: where two fit, the one that names more of the path. */
export function findRoute(method: string, path: string): FoundRoute | undefined {
  const parts = path.replace(/\/$/, '').split('/');
  let best: FoundRoute | undefined;
  for (const route of hubspotRoutes) {
    if (route.verb !== method) continue;
    const params = match(route.path.split('/'), parts);
    if (params && (!best || Object.keys(params).length < Object.keys(best.params).length)) best = { route, params };
  }
  return best;
}

function match(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, piece] of pattern.entries()) {
    const part = parts[index] ?? '';
    if (piece.startsWith(':')) params[piece.slice(1)] = decode(part);
    else if (piece !== part) return undefined;
  }
  return params;
}

/** Text that is not percent-encoded right stays as it is. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
