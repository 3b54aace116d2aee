import { argument, requireScope, SlackRefusal, type SlackMethod } from './slack-call.ts';

/** A person of a workspace. */
export interface SlackUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly deleted?: boolean;
}

/** https://docs.slack.dev/reference/methods/users.lookupByEmail */
export const userMethods: Readonly<Record<string, SlackMethod>> = {
  'users.lookupByEmail': (call) => {
    requireScope(call, 'users:read.email');
    const email = argument(call, 'email').toLowerCase();
    const found = [...call.workspace.users.values()].find((user) => user.email.toLowerCase() === email);
    if (!found) throw new SlackRefusal('users_not_found');
    const { id, name, deleted = false } = found;
    const profile = { real_name: name, email: found.email };
    return { body: { user: { id, team_id: call.caller.teamId, name, deleted, real_name: name, profile } } };
  },
};
