/** What can be wrong with a history. The SPEC says which rule each stands for. */
export type AnomalyKind =
  /** An acknowledged event is not in the log. */
  | 'lost'
  /** An event that nobody sent, or that is in no log. */
  | 'phantom'
  /** One key, two places in the log. */
  | 'twice'
  /** The ack and the log, or two acks of one key, say different things. */
  | 'ack'
  /** An event was shown with another content than it was sent with. */
  | 'altered'
  /** Two events at one place: there is no one order. */
  | 'order'
  /** Sent after another was known, and stands before it. */
  | 'real-time'
  /** A stream, or the log, left something out without saying so. */
  | 'hole'
  /** A stream showed something again. */
  | 'repeat'
  /** A stream's beginning does not say what happened: resumed, fresh or gap. */
  | 'resume'
  /** A gap that is not where or why it says. */
  | 'gap'
  /** Epochs mixed, or a new one without any damage. */
  | 'epoch'
  /** A frame is tracked by another position than its reader's. */
  | 'tracking'
  /** A key for other data was not refused, or something, or somebody, was refused for no reason. */
  | 'refusal'
  /** A read misses what was acknowledged before it was asked. */
  | 'stale'
  /** Readers disagree about the latest values, or lack what somebody has said last of himself. */
  | 'values'
  /** Content is gone that nobody removed, or there that was removed. */
  | 'erased'
  /** A reader's messages are not what the log comes to. */
  | 'fold'
  /** A count of what is unread is no recount of the log. */
  | 'unread'
  /** Reactions are not what was acknowledged. */
  | 'reaction'
  /** Somebody who was shut out of a room does, or is shown, what only its members may. */
  | 'leak'
  /** A reader is not shown who is there. */
  | 'presence'
  /** Something did not come right after the last fault. */
  | 'liveness'
  /** A quantity is above its bound. */
  | 'bound';

/** One thing that is wrong, and where it shows. */
export interface Anomaly {
  readonly kind: AnomalyKind;
  /** Milliseconds since the run began. */
  readonly at: number;
  readonly room: string | undefined;
  /** One sentence. */
  readonly what: string;
}

/** Takes what is found wrong. */
export type Report = (kind: AnomalyKind, what: string, room?: string) => void;
