import type { Retention } from '../../../shared/index.ts';
import type { RoomName } from '../room-log.ts';
import type { PackedEntries } from './packing.ts';
import type { Recorded } from './record-writer.ts';
import type { Damage } from './recovery.ts';

/** What the writer needs to know. */
export interface WriterOptions {
  readonly databasePath: string;
  readonly markPath: string;
  /** By kind; `fallback` for kinds that the contract no longer has. */
  readonly retention: Readonly<Record<string, Retention>>;
  readonly fallback: Retention;
}

/** What its thread is started with. */
export interface WriterStart extends WriterOptions {
  /** Of a `BatchMemory`. */
  readonly batch: SharedArrayBuffer;
  /** Of the two `Bell`s: the thread's, which rings when something was asked, and the event loop's. */
  readonly bells: { readonly asked: SharedArrayBuffer; readonly answered: SharedArrayBuffer };
}

/** What is asked of the writer: one request at a time, one reply to each. */
export type WriterRequest =
  | { readonly type: 'append'; readonly entries: PackedEntries }
  | { readonly type: 'erase'; readonly room: RoomName; readonly offset: number }
  | { readonly type: 'records'; /** JSON of `RecordWrite[]`. */ readonly writes: string }
  | { readonly type: 'scrub' }
  /** Writes the mark of the last commit again. */
  | { readonly type: 'mark' }
  | { readonly type: 'trim'; readonly now: number; readonly after: number }
  | { readonly type: 'close' };

/** What the writer answers. `opened` or `refused` comes first, unasked. `marked`: the
 *  commits that the mark vouches for. */
export type WriterReply =
  | {
      readonly type: 'opened';
      readonly epoch: string;
      readonly damage: Damage | undefined;
      /** Was content erased that may still stand somewhere in the files? */
      readonly isScrubDue: boolean;
      readonly marked: number;
    }
  | { readonly type: 'refused'; readonly message: string; readonly advice: string }
  | {
      readonly type: 'appended';
      /** By `packWritten`. */
      readonly written: Float64Array;
      /** The events are stored and must be neither acknowledged nor shown: their mark could not be written. */
      readonly unmarked: string | undefined;
      readonly marked: number;
    }
  | { readonly type: 'marked'; readonly marked: number }
  | { readonly type: 'erased'; readonly found: boolean; readonly marked: number }
  | {
      readonly type: 'recorded';
      /** The answer to each write. */
      readonly done: readonly Recorded[];
      /** As of `appended`. */
      readonly unmarked: string | undefined;
      readonly marked: number;
    }
  | { readonly type: 'scrubbed' }
  | { readonly type: 'trimmed'; readonly next: number | undefined; readonly marked: number }
  | { readonly type: 'closed' }
  | { readonly type: 'failed'; readonly message: string };
