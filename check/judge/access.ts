/** A line about a room that is for its members alone. */
export interface Access {
  readonly kind: 'access';
  readonly room: string;
  readonly told: AccessTold;
}

/** What happens there. An `attempt` has a name of its own in the whole run; of a publish it is the key. */
export type AccessTold =
  /** It was made. `withinMs`: so soon after the ack of a change every node goes by it (AUT1). */
  | { readonly step: 'opens'; readonly withinMs: number }
  /** Somebody is to be let in, or shut out: the first call for it begins. One thing after the other. */
  | { readonly step: 'asks'; readonly user: string; readonly to: Side }
  /** It is done. `isSure`: every call for it had an answer; one without may still be carried out. */
  | { readonly step: 'done'; readonly user: string; readonly isSure: boolean }
  /** It was not done. `code`: unset where that proves nothing. */
  | { readonly step: 'undone'; readonly user: string; readonly code?: string | undefined }
  /** Somebody begins to do what only members may. */
  | {
      readonly step: 'tries';
      readonly attempt: string;
      readonly user: string;
      readonly what: Entry;
    }
  /** What that came to. `code` unset: he was let in. Otherwise that of the refusal, or of what kept it from an answer. */
  | { readonly step: 'tried'; readonly attempt: string; readonly code?: string | undefined }
  /** A device of somebody's is shown what a publish of that key was. */
  | {
      readonly step: 'shown';
      readonly user: string;
      readonly device: string;
      readonly key: string;
    }
  /** The stream that an attempt began has ended: he may not follow any more. */
  | { readonly step: 'ousted'; readonly attempt: string }
  /** All is quiet, and that stream stands for very long still; or it has not shown a publish that was acknowledged. */
  | { readonly step: 'stays'; readonly attempt: string }
  | { readonly step: 'misses'; readonly attempt: string; readonly key: string };

/** On which side of the door somebody is. */
export type Side = 'in' | 'out';

/** What only members may. */
export type Entry = 'read' | 'publish' | 'follow';
