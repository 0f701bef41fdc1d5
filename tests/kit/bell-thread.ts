import { workerData } from 'node:worker_threads';
import { Bell } from '../../server/log/sqlite/bell.ts';

/** What the thread is started with: the memory of its bell and of the other's, and how often it answers. */
export interface BellThread {
  readonly asked: SharedArrayBuffer;
  readonly answered: SharedArrayBuffer;
  readonly times: number;
}

// Only tests start it, with exactly this.
const start = workerData as BellThread;
const asked = new Bell(start.asked);
const answered = new Bell(start.answered);
for (let count = 0; count < start.times; count += 1) {
  asked.wait();
  answered.ring();
}
