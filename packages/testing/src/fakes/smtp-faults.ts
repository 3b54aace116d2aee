/**
 * A moment of a conversation, which faults name. `connect`: before the greeting; `greeting`: half of it was sent;
 * `ehlo` … `data`: the command has arrived; `body`: the first bytes of the message have; `after_dot`: all of it has.
 */
export type SmtpMoment = 'connect' | 'greeting' | 'ehlo' | 'auth' | 'mail' | 'rcpt' | 'data' | 'body' | 'after_dot';

/** How a conversation fails. Times are milliseconds of real time. */
export type SmtpFault =
  /** The connection is destroyed. `after_dot`: the message is accepted and counted, and the 250 is never sent. */
  | { readonly kind: 'drop'; readonly at: SmtpMoment }
  /** A refusal; 421 closes as well. At `rcpt`, `recipients` narrows it to these. Nothing is accepted. */
  | {
      readonly kind: 'reject';
      readonly at: 'greeting' | 'ehlo' | 'auth' | 'mail' | 'rcpt' | 'data' | 'after_dot';
      readonly code: number;
      readonly recipients?: readonly string[];
    }
  /** Never answers again. `after_dot`: the message is accepted and counted. */
  | { readonly kind: 'silent'; readonly at: SmtpMoment }
  /** Accepted and counted at once, the 250 comes after `ms`. */
  | { readonly kind: 'delay'; readonly at: 'after_dot'; readonly ms: number }
  /** The connection is destroyed behind the dot, the message is accepted and counted `ms` later. */
  | { readonly kind: 'late_landing'; readonly ms: number };
