/** A line about reactions to messages of a room, each user with each name once. */
export interface Reacting {
  readonly kind: 'reacting';
  readonly room: string;
  readonly told: ReactingTold;
}

/** What happens to them. Nobody asks twice at once for one name at one message. */
export type ReactingTold =
  /** A message is there, that nobody has reacted to. */
  | { readonly step: 'target'; readonly target: string }
  /** Somebody is to have reacted, or not to have: the first call for it begins. */
  | ({ readonly step: 'asks'; readonly on: boolean } & Own)
  /** It is done, and the summary at `position`, if there is one, says so. `isSure`: every call for it had an answer. */
  | ({ readonly step: 'done'; readonly position: string; readonly isSure: boolean } & Own)
  /** It was refused. */
  | ({ readonly step: 'refused'; readonly code: string } & Own)
  /** The message is to be removed; it was, by the event at `position`. */
  | { readonly step: 'removes'; readonly target: string }
  | { readonly step: 'removed'; readonly target: string; readonly position: string }
  /** A reader is shown a summary, which stands at `position`. */
  | {
      readonly step: 'summary';
      readonly reader: string;
      readonly target: string;
      readonly position: string;
      readonly reactions: readonly Reacted[];
    }
  /** All is quiet: what a reader has at the message. */
  | {
      readonly step: 'shows';
      readonly reader: string;
      readonly target: string;
      readonly reactions: readonly Reacted[];
    }
  /** And what the server says who has reacted: names by user. */
  | {
      readonly step: 'lists';
      readonly target: string;
      readonly users: Readonly<Record<string, readonly string[]>>;
    };

interface Own {
  readonly user: string;
  readonly target: string;
  readonly name: string;
}

/** Everybody who has reacted with one name: how many, and the first of them. */
export interface Reacted {
  readonly name: string;
  readonly count: number;
  readonly users: readonly string[];
}
