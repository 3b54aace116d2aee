import { withQuery } from './query.ts';
import { markerField, parametersIn, readRequest } from './request.ts';

/** What a stored request asks for, for a person who is asked later than it was made. */
export function storedParameters(stored: string): Readonly<Record<string, unknown>> {
  const request = readRequest(stored);
  const { metadata, ...given } = parametersIn(request);
  const { mode, ownKey, ownHost } = request.authorized;
  const own = typeof metadata === 'object' && metadata !== null ? { ...metadata } : {};
  Reflect.deleteProperty(own, markerField);
  const content = request.encoding === 'base64' ? { $content: `${request.body.length} characters of base64` } : {};
  return withQuery(request.path, {
    ...given,
    ...(Object.keys(own).length === 0 ? {} : { metadata: own }),
    ...content,
    $path: request.path,
    $account: request.headers['stripe-account'] ?? '',
    $context: request.headers['stripe-context'] ?? '',
    $mode: mode,
    ...(ownKey === undefined ? {} : { $apiKey: ownKey }),
    ...(ownHost === undefined ? {} : { $host: ownHost }),
  });
}
