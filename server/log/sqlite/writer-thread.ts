import {
  parentPort,
  receiveMessageOnPort,
  workerData,
  type MessagePort,
} from 'node:worker_threads';
import { StartError } from '../../start-error.ts';
import type { Entry } from '../room-log.ts';
import { BatchMemory } from './batch-memory.ts';
import { Bell } from './bell.ts';
import { CommitMark } from './commit-mark.ts';
import { openDatabase } from './database.ts';
import { isScrubDue } from './event-eraser.ts';
import { watchFiles } from './file-watch.ts';
import { refuseLost } from './lost-database.ts';
import { PageGaps } from './page-gaps.ts';
import { packWritten, unpackEntries } from './packing.ts';
import { recover } from './recovery.ts';
import type { RecordWrite } from './record-writer.ts';
import type { WriterReply, WriterRequest, WriterStart } from './writer-messages.ts';
import { Writer } from './writer.ts';

type Asked<T> = Extract<WriterRequest, { type: T }>;

const port = ownPort();

// The thread is started by WriterPort, which passes exactly this.
const options = workerData as WriterStart;
const batch = new BatchMemory(options.batch);
const asked = new Bell(options.bells.asked);
const answered = new Bell(options.bells.answered);

function reply(message: WriterReply): void {
  if (message.type === 'appended' && batch.putAppended(message)) answered.ring();
  else port.postMessage(message);
}

function ownPort(): MessagePort {
  if (!parentPort) throw new Error('writer-thread: runs as a worker only');
  return parentPort;
}

const CHECK = 'Check the data directory, and how many files this process may open (ulimit -n).';

function openWriter(): Writer | undefined {
  try {
    refuseLost(options.databasePath, options.markPath);
    const db = openDatabase(options.databasePath);
    const mark = CommitMark.open(options.markPath);
    const { databaseId, epoch, damage } = recover(db, mark);
    const retention = (kind: string) => options.retention[kind] ?? options.fallback;
    const { databasePath, markPath } = options;
    const paths = [databasePath, `${databasePath}-wal`, markPath] as const;
    const pages = new PageGaps(options.databasePath);
    const checkFiles = watchFiles(paths);
    const opened = new Writer({ db, mark, databaseId, retention, checkFiles, pages });
    reply({
      type: 'opened',
      epoch,
      damage,
      marked: opened.marked,
      isScrubDue: isScrubDue(db),
    });
    return opened;
  } catch (error) {
    const advice = error instanceof StartError ? error.advice : CHECK;
    reply({ type: 'refused', message: messageOf(error), advice });
    return undefined;
  }
}

function answer(writer: Writer, request: WriterRequest): WriterReply {
  switch (request.type) {
    case 'append':
      return append(writer, unpackEntries(request.entries));
    case 'erase':
      return erase(writer, request);
    case 'records':
      // Only `sqliteRecords` makes such texts.
      return record(writer, JSON.parse(request.writes) as RecordWrite[]);
    case 'scrub':
      writer.scrub();
      return { type: 'scrubbed' };
    case 'trim':
      return trim(writer, request);
    case 'mark':
      writer.writeMark();
      return { type: 'marked', marked: writer.marked };
    case 'close':
      writer.close();
      return { type: 'closed' };
  }
}

function append(writer: Writer, entries: readonly Entry[]): WriterReply {
  const { written, unmarked } = writer.append(entries);
  return { type: 'appended', written: packWritten(written), unmarked, marked: writer.marked };
}

function erase(writer: Writer, { room, offset }: Asked<'erase'>): WriterReply {
  const found = writer.erase(room, offset);
  return { type: 'erased', found, marked: writer.marked };
}

function record(writer: Writer, writes: readonly RecordWrite[]): WriterReply {
  const { done, unmarked } = writer.record(writes);
  return { type: 'recorded', done, unmarked, marked: writer.marked };
}

function trim(writer: Writer, { now, after }: Asked<'trim'>): WriterReply {
  const next = writer.trim(now, after);
  return { type: 'trimmed', next, marked: writer.marked };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Waits for the next request, with this thread asleep. */
function nextRequest(): WriterRequest {
  for (;;) {
    asked.wait();
    const entries = batch.takeEntries();
    if (entries) return { type: 'append', entries };
    const received = receiveMessageOnPort(port);
    // WriterPort sends nothing else.
    if (received) return received.message as WriterRequest;
  }
}

function serve(writer: Writer): void {
  for (;;) {
    const request = nextRequest();
    try {
      reply(answer(writer, request));
    } catch (error) {
      reply({ type: 'failed', message: messageOf(error) });
    }
    if (request.type === 'close') return;
  }
}

const writer = openWriter();
if (writer) serve(writer);
port.close();
