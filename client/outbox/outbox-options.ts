import type { Clock } from '../clock.ts';
import type { ClientStorage } from '../storage/client-storage.ts';
import type { Locks } from '../storage/locks.ts';
import type { Entry } from './entry.ts';

/** How a client keeps what it has not yet delivered. */
export interface OutboxOptions {
  /** Keeps unsent publishes over a reload, where the token names a user or `user` is given. Default: memory alone. */
  readonly storage?: ClientStorage;
  /** Entries at most, those among them that wait for `retry` or `discard`. Default 1,000. */
  readonly maxEntries?: number;
  /** Bytes of their data at most. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Age in milliseconds at which an entry is given up. Default 12 hours. */
  readonly maxAgeMs?: number;
  /** Hears what goes wrong with the storage: the outbox goes on from memory. Default: nobody. */
  readonly onStorageError?: (error: unknown) => void;
}

/** What an outbox is made from. */
export interface OutboxParts extends OutboxOptions {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly newKey: () => string;
  /** Locks of the tabs that share `storage`. */
  readonly locks?: Locks | undefined;
  /** Who publishes, '' for somebody without a name. Undefined: not known yet. */
  readonly user: () => string | undefined;
  /** May calls be sent now? */
  readonly isOpen: () => boolean;
  /** Sends an entry once. The signal aborts when the answer is waited for no longer. */
  readonly send: (entry: Entry, signal: AbortSignal) => Promise<unknown>;
}
