/** What a simulated run is to do, as plain data: the seed says how chance falls, the steps what is
 *  done and what goes wrong. The same plan gives the same history. */
export interface Plan {
  readonly seed: string;
  readonly clients: number;
  readonly rooms: number;
  /** Events that the log keeps of a room. */
  readonly maxEvents: number;
  /** Limits of a feed: frames that wait, events replayed, events read at once. */
  readonly maxFrames: number;
  readonly maxReplay: number;
  readonly pageSize: number;
  /** What a read of the log takes at most, in milliseconds. */
  readonly readMs: number;
  /** Frames on the way to a client before its streams pause. */
  readonly window: number;
  /** Are streams pulled, not pushed? */
  readonly pulls: boolean;
  /** In the order of their times. */
  readonly steps: readonly Step[];
}

/** The rooms of a plan by name. */
export function roomNames({ rooms }: Plan): string[] {
  return Array.from({ length: rooms }, (_, index) => `r${index}`);
}

/** One thing that happens, `at` milliseconds after the beginning. */
export type Step = { readonly at: number } & (Deed | Trouble);

/** What people do. */
export type Deed =
  /** Publishes so many events: three at once, the others after them. */
  | { readonly do: 'send'; readonly client: number; readonly room: number; readonly count: number }
  /** Publishes again what was acknowledged last; other data under its key. */
  | { readonly do: 'repeat' | 'clash'; readonly client: number; readonly room: number }
  /** Publishes an event that no log keeps; `type` counts through those of the kind. */
  | { readonly do: 'pass'; readonly client: number; readonly room: number; readonly type: number }
  /** Follows the room once more; leaves it; comes back to where it stood. */
  | { readonly do: 'follow' | 'leave' | 'return'; readonly client: number; readonly room: number }
  /** Changes one of the client's own messages. */
  | { readonly do: 'edit' | 'remove'; readonly client: number; readonly room: number }
  /** Answers one of the client's own messages, removed ones among them; gives the last answer once more;
   *  edits one that was removed. */
  | {
      readonly do: 'reply' | 'replyAgain' | 'haunt';
      readonly client: number;
      readonly room: number;
    }
  /** Edits or answers one of the client's own messages, and removes it at the same time. */
  | {
      readonly do: 'waver';
      readonly client: number;
      readonly room: number;
      readonly how: 'edit' | 'reply';
    }
  /** Has read all that was shown. */
  | { readonly do: 'mark'; readonly client: number; readonly room: number }
  /** Reads the newest event; says something of himself. */
  | { readonly do: 'read' | 'present'; readonly client: number; readonly room: number };

/** What goes wrong. Times in milliseconds. */
export type Trouble =
  /** A connection breaks: now, with the next publish on its way, or with its answer on the way back. */
  | { readonly do: 'cut' | 'cut-request' | 'cut-reply'; readonly client: number }
  /** Nothing arrives for a time, in either direction. */
  | { readonly do: 'stall'; readonly client: number; readonly forMs: number }
  /** Messages take up to so long. */
  | { readonly do: 'lag'; readonly client: number; readonly ms: number }
  /** A message takes so long to be read; 0: no time. */
  | { readonly do: 'slow'; readonly client: number; readonly ms: number }
  /** The server's process dies, and another is started. `torn`: commits that the disk loses meanwhile. */
  | { readonly do: 'kill'; readonly downMs: number; readonly torn: number }
  /** The server goes down in peace, and another is started. */
  | { readonly do: 'restart'; readonly downMs: number }
  /** The disk: commits take up to so long; transactions or their marks fail for a time. */
  | { readonly do: 'disk-slow'; readonly ms: number }
  | { readonly do: 'disk-fails'; readonly how: 'before' | 'after'; readonly forMs: number };
