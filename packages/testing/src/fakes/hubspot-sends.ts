import { inputs, isObject, object, requiredText, text } from './hubspot-body.ts';
import type { JsonObject } from './hubspot-body.ts';
import { invalid } from './hubspot-failure.ts';
import { isoTime } from './hubspot-portal.ts';
import type { HubSpotCall, HubSpotRoute, Portal, Reply } from './hubspot-portal.ts';

function checkEvent(input: JsonObject): void {
  requiredText(input['eventName'], 'eventName');
  if (!['objectId', 'email', 'utk'].some((name) => input[name] !== undefined)) {
    throw invalid('One of objectId, email or utk is required');
  }
}

/** Every completion counts: nothing published says that a repeated `uuid` is dropped. */
function complete(portal: Portal, input: JsonObject, batch: boolean): void {
  const given = isObject(input['properties']) ? input['properties'] : {};
  const properties = Object.entries({
    ...given,
    eventName: input['eventName'],
    email: input['email'],
    objectId: input['objectId'],
  });
  portal.record({
    operation: 'events.send',
    objectType: undefined,
    id: text(input['uuid']) ?? portal.newId(),
    properties: Object.fromEntries(
      properties.flatMap(([name, value]) => (value === undefined ? [] : [[name, text(value) ?? '']])),
    ),
    batch,
  });
}

function sendEvent(call: HubSpotCall): Reply {
  const input = object(call.body, 'body');
  checkEvent(input);
  complete(call.portal, input, false);
  return { status: 204 };
}

function sendEvents(call: HubSpotCall): Reply {
  const given = inputs(call.body, 500);
  for (const input of given) checkEvent(input);
  for (const input of given) {
    call.portal.passInput();
    complete(call.portal, input, true);
  }
  return { status: 204 };
}

/**
 * Sends a marketing e-mail to one address. A `sendId` is sent at most once an account: a repeat is answered
 * IDEMPOTENT_IGNORE and sends nothing.
 * https://developers.hubspot.com/docs/api-reference/legacy/marketing/transactional-emails/guide
 */
const sendEmail =
  (operation: string) =>
  (call: HubSpotCall): Reply => {
    const { portal } = call;
    const body = object(call.body, 'body');
    const message = object(body['message'], 'message');
    const emailId = requiredText(body['emailId'], 'emailId');
    const to = requiredText(message['to'], 'to');
    const sendId = text(message['sendId']);
    const sent = portal.store('send ids', () => new Map<string, string>());
    const at = isoTime(portal.now());
    const times = { requestedAt: at, startedAt: at, completedAt: at };
    const first = sendId === undefined ? undefined : sent.get(sendId);
    if (first !== undefined) {
      return { status: 200, body: { ...times, statusId: first, status: 'COMPLETE', sendResult: 'IDEMPOTENT_IGNORE' } };
    }
    const statusId = portal.newId();
    if (sendId !== undefined) sent.set(sendId, statusId);
    portal.record({
      operation,
      objectType: undefined,
      id: statusId,
      properties: { emailId, to, ...(sendId !== undefined && { sendId }) },
    });
    return {
      status: 200,
      body: {
        ...times,
        statusId,
        status: 'COMPLETE',
        sendResult: 'SENT',
        eventId: { id: portal.newId(), created: at },
      },
    };
  };

const events = (): string => 'analytics.behavioral_events.send';

export const sendRoutes: readonly HubSpotRoute[] = [
  { verb: 'POST', path: '/events/v3/send', scope: events, run: sendEvent },
  { verb: 'POST', path: '/events/v3/send/batch', scope: events, run: sendEvents },
  {
    verb: 'POST',
    path: '/marketing/v3/transactional/single-email/send',
    scope: () => 'transactional-email',
    run: sendEmail('transactional.send'),
  },
  // The SDK has no method for this one; `apiRequest` reaches it.
  {
    verb: 'POST',
    path: '/marketing/v4/email/single-send',
    scope: () => 'marketing-email',
    run: sendEmail('marketing.single_send'),
  },
];
