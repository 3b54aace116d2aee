interface Answer {
  readonly ok: boolean;
  readonly channel?: unknown;
  readonly ts?: string;
}

interface Channels {
  readonly channels?: readonly { readonly id?: string; readonly name?: string }[];
  readonly response_metadata?: { readonly next_cursor?: string } | undefined;
}

interface Messages {
  readonly messages?: readonly { readonly ts?: string; readonly text?: string; readonly user?: string }[];
}

/** What the tools use of a Slack client. */
export interface SlackForTools {
  readonly chat: {
    postMessage(args: object): PromiseLike<Answer>;
    update(args: object): PromiseLike<Answer>;
    delete(args: object): PromiseLike<Answer>;
    scheduleMessage(args: object): PromiseLike<Answer & { readonly scheduled_message_id?: string }>;
  };
  readonly reactions: { add(args: object): PromiseLike<Answer>; remove(args: object): PromiseLike<Answer> };
  readonly pins: { add(args: object): PromiseLike<Answer> };
  readonly users: {
    lookupByEmail(args: object): PromiseLike<{
      readonly user?: {
        readonly id?: string;
        readonly real_name?: string;
        readonly name?: string;
        readonly deleted?: boolean;
      };
    }>;
  };
  readonly conversations: {
    list(args: object): PromiseLike<Channels>;
    history(args: object): PromiseLike<Messages>;
    replies(args: object): PromiseLike<Messages>;
    create(args: object): PromiseLike<Answer>;
    setTopic(args: object): PromiseLike<Answer>;
    invite(args: object): PromiseLike<Answer>;
    archive(args: object): PromiseLike<Answer>;
  };
}
