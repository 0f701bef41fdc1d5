import { afterAll, expect } from 'vitest';
import { WebSocket as WsSocket } from 'ws';
import { chat, type Contract } from '../../shared/index.ts';
import { RECORDER } from './serving.ts';
import { addRecordings, keepDocuments, type Recording } from './recordings.ts';

type Seen = Omit<Recording, 'where' | 'contract'>;

/** Keeps what the clients of a file of tests see, each form of it once, for the judge. */
class Recorder {
  readonly #seen = new Set<string>();
  readonly #contracts: { contract: Contract; name: string }[] = [
    { contract: { chat }, name: 'default' },
  ];
  #recordings: Recording[] = [];

  /** A server of this contract is there. */
  serve(contract: Contract): void {
    if (this.#contracts.some((known) => known.contract === contract)) return;
    // Files that share a process have names of their own.
    const file = expect.getState().testPath?.replace(/^.*\/tests\/|\.test\.ts$/g, '') ?? '';
    const name = `${process.pid}-${file.replaceAll('/', '-')}-${this.#contracts.length}`;
    this.#contracts.push({ contract, name });
  }

  add(seen: Seen): void {
    // Foreign routers have procedures that no contract has.
    const [kind = ''] = seen.path.replace(/^\w+ \/api\//, '').split(/[./]/);
    const contract = this.#contracts.findLast(
      (known) => kind === 'me' || Object.hasOwn(known.contract, kind),
    );
    const { name } = contract ?? this.#contracts.at(-1)!;
    if (!contract && seen.form !== 'problem' && !/^users|^guest/.test(kind)) return;
    const key = [
      name,
      seen.form,
      seen.path.replace(/rooms\/[^/]+/, ''),
      seen.type,
      formOf(seen.body),
      formOf(seen.asked),
    ];
    const text = key.join(' ');
    if (this.#seen.has(text)) return;
    this.#seen.add(text);
    const { testPath = '', currentTestName = '' } = expect.getState();
    this.#recordings.push({
      ...seen,
      contract: name,
      where: `${testPath.replace(/^.*\/tests\//, '')}: ${currentTestName}`,
    });
  }

  /** Hands over what was seen, and the documents that it has to meet. */
  async flush(): Promise<void> {
    addRecordings(this.#recordings);
    this.#recordings = [];
    const own = this.#contracts.filter(({ name }) => name !== 'default');
    if (own.length === 0) return;
    // Few files of tests have contracts of their own: the others need not load what makes documents.
    const { closedDocuments } = await import('./documents.ts');
    for (const { contract, name } of own) keepDocuments(name, closedDocuments(contract));
  }
}

/** What a value looks like: two of one form meet the same schemas, as far as keys, types and short words go. */
function formOf(value: unknown): string {
  if (Array.isArray(value)) return `[${[...new Set(value.map(formOf))].join()}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, part]) => `${/\d/.test(key) ? '#' : key}:${formOf(part)}`)
      .join()}}`;
  }
  return typeof value === 'string' && /^[A-Za-z-]{1,16}$/.test(value) ? value : typeof value;
}

/** What hears of all that is seen. */
interface Sink {
  add(seen: Seen): void;
}

const TAPPED = Symbol.for('trpc-rooms.recorder.tapped');
const holder = globalThis as { [RECORDER]?: Recorder; [TAPPED]?: true };

/** Records all clients of this process until the end of this file of tests. */
export function record(): void {
  const recorder = new Recorder();
  holder[RECORDER] = recorder;
  tapClients({ add: (seen) => holder[RECORDER]?.add(seen) });
  afterAll(async () => {
    delete holder[RECORDER];
    await recorder.flush();
  });
}

/** Once in a process: files of tests share it. */
function tapClients(sink: Sink): void {
  if (holder[TAPPED]) return;
  holder[TAPPED] = true;
  recordGlobalSockets(sink);
  recordWsSockets(sink);
  recordFetch(sink);
}

interface Call {
  readonly path: string;
  readonly type: string;
  readonly input: unknown;
}

/** What one socket has asked: answers name it by id. */
class Talk {
  readonly #sink: Sink;
  readonly #calls = new Map<unknown, Call>();

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  sent(data: unknown): void {
    const parsed = parse(data);
    for (const message of Array.isArray(parsed) ? parsed : [parsed]) {
      const { id, method, params } = (message ?? {}) as {
        id?: unknown;
        method?: string;
        params?: Call;
      };
      if (params?.path)
        this.#calls.set(id, { path: params.path, type: method ?? '', input: params.input });
    }
  }

  received(data: unknown): void {
    const body = parse(data) as { id?: unknown; error?: unknown } | undefined;
    const call = this.#calls.get(body?.id);
    if (!body || !call || typeof call.path !== 'string') return;
    const { path, type, input } = call;
    this.#sink.add({
      form: 'reply',
      path,
      type,
      body,
      ...(body.error === undefined && { asked: input }),
    });
  }
}

function parse(data: unknown): unknown {
  try {
    const text = typeof data === 'string' ? data : Buffer.isBuffer(data) ? data.toString() : '';
    return text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined;
  } catch {
    // Garbage is what some tests are about.
    return undefined;
  }
}

function recordGlobalSockets(sink: Sink): void {
  globalThis.WebSocket = class extends globalThis.WebSocket {
    readonly #talk = new Talk(sink);
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('message', ({ data }) => this.#talk.received(data));
    }
    override send(data: Parameters<WebSocket['send']>[0]): void {
      this.#talk.sent(data);
      super.send(data);
    }
  };
}

/** The sockets of `ws`, those of clients. */
function recordWsSockets(sink: Sink): void {
  const talks = new WeakMap<object, Talk>();
  const talkOf = (socket: object) => {
    const known = talks.get(socket) ?? new Talk(sink);
    talks.set(socket, known);
    return known;
  };
  // oxlint-disable-next-line typescript/no-explicit-any -- every overload of both
  const prototype = WsSocket.prototype as any;
  const { send, emit } = prototype;
  prototype.send = function sendAndRecord(data: unknown, ...rest: unknown[]) {
    if (!this._isServer) talkOf(this).sent(data);
    return send.call(this, data, ...rest);
  };
  prototype.emit = function emitAndRecord(name: string, ...rest: unknown[]) {
    if (name === 'message' && !this._isServer) talkOf(this).received(rest[0]);
    return emit.call(this, name, ...rest);
  };
}

function recordFetch(sink: Sink): void {
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    const response = await fetch(input, init);
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const method = init?.method ?? 'GET';
    const listener = listenerOf(sink, { method, pathname, response });
    return listener && response.body && response.status !== 304
      ? heard(response, listener)
      : response;
  };
}

/** Hears a body piece by piece, and at its end (undefined). */
type Listener = (text: string | undefined) => void;

function listenerOf(
  sink: Sink,
  { method, pathname, response }: { method: string; pathname: string; response: Response },
): Listener | undefined {
  const type = response.headers.get('content-type') ?? '';
  const [, door, name = ''] = /^\/(trpc|api)\/(.*)$/.exec(pathname) ?? [];
  if (type.startsWith('application/problem+json')) {
    return whole((body) => sink.add({ form: 'problem', path: '', type: '', body }));
  }
  if (type.startsWith('text/event-stream')) {
    if (door === 'api') {
      const path = `${method} ${pathname}`;
      return eventByEvent((body, event) => {
        if (event === undefined) sink.add({ form: 'event', path, type: 'event', body });
      });
    }
    return eventByEvent((body, event) => {
      if (event === undefined) sink.add({ form: 'frame', path: name, type: 'subscription', body });
    });
  }
  if (door === 'trpc' && !name.includes(',')) {
    const kind = method === 'GET' ? 'query' : 'mutation';
    return whole((body) => sink.add({ form: 'reply', path: name, type: kind, body }));
  }
  if (door !== 'api' || !response.ok) return undefined;
  const path = `${method} ${pathname}`;
  return whole((body) => sink.add({ form: 'rest', path, type: '', body }));
}

function whole(take: (body: unknown) => void): Listener {
  let text = '';
  return (piece) => {
    if (piece !== undefined) return void (text += piece);
    const body = parse(text);
    if (body) take(body);
  };
}

function eventByEvent(take: (body: unknown, event: string | undefined) => void): Listener {
  let text = '';
  return (piece = '') => {
    text += piece;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const body = parse(/^data: ?(.*)$/m.exec(block)?.[1] ?? '');
      if (body && /^id:/m.test(block)) take(body, /^event: ?(.*)$/m.exec(block)?.[1]);
    }
  };
}

/** The same response, heard while it is read. */
function heard(response: Response, listener: Listener): Response {
  const decoder = new TextDecoder();
  const tap = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      listener(decoder.decode(chunk, { stream: true }));
      controller.enqueue(chunk);
    },
    flush: () => listener(undefined),
  });
  const { status, statusText, headers } = response;
  return new Response(response.body!.pipeThrough(tap), { status, statusText, headers });
}
