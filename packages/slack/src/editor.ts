import type { RequestEditor } from '@oncely/core';

import { readRequest } from './request.ts';

/** Whom and what a write concerns, and what makes our names. */
const fixed = `
  app_id as_user bookmark_id bot_id canvas_id channel channel_id channel_ids channels
  client_msg_id document_content external_id file file_id files id item_id link list_id message_ts
  metadata recipient_team_id recipient_user_id reminder team_id scheduled_message_id source
  target_team thread_ts timestamp token trigger_id ts unfurl_id user user_id user_ids usergroup
  users view_id email emails
`;

/** How a stored request is changed by who approves it: what it says, and never where, to whom or as whom. */
export const requestEditor: RequestEditor = {
  fixed: fixed.trim().split(/\s+/),
  set: (stored, path, value) => {
    const request = readRequest(stored);
    const [name, ...rest] = path;
    if (name === undefined || rest.length > 0) throw new Error('a field of a form is changed as a whole');
    if (request.encoding !== 'text') throw new Error('its body is bytes');
    const fields = new URLSearchParams(request.body);
    if (fields.getAll(name).length > 1) throw new Error('it stands there more than once');
    fields.set(name, String(value));
    return JSON.stringify({ ...request, body: fields.toString() });
  },
};
